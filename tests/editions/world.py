"""A ledger with landed articles, without fetching any."""

import hashlib
from datetime import timedelta

from monitor.article import textfile
from monitor.ledger import articles, runs, urls
from monitor.ledger.articles import Story
from monitor.model import Article, Channel, ChannelKind, Entry, Hit, Match, Source
from monitor.sameness import fingerprint, urlkey

SOURCE = Source(
    id="dag-xeber",
    name="Dağ Xəbər",
    country="AZ",
    languages=("az",),
    timezone="Asia/Baku",
    channels=(Channel(url="https://dag-xeber.example/rss", kind=ChannelKind.FEED),),
)


def land(
    ledger, number, *, at, category="incident", source=SOURCE, title=None, kind="object", published=None, language="az"
):
    """One article has landed at the moment; its queue name."""
    run = runs.start(ledger, kind="crawl", now=at)
    url = f"https://{source.id}.example/{number}"
    article = Article(
        url=url,
        title=title or f"Ağdamda {number} nömrəli mina partladı",
        paragraphs=(f"Hadisədə {number} yaşlı çoban yaralanıb.", "Araşdırma aparılır."),
        language=language,
        published_at=published,
    )
    due = urls.record(ledger, run=run, source=source, entry=Entry(url=url, title=article.title), now=at)
    hit = Hit(
        term="az:mina",
        form=title.split()[0] if title and title.strip() else "mina",
        weight=3,
        sentence=article.title,
        language=language,
        kind=kind,
    )
    text = textfile.dump(article)
    story = Story(
        source=source.id,
        article=article,
        match=Match(relevant=True, score=7, category=category, language=language, matches=(hit,)),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text_key=fingerprint.text_key(article.title, article.paragraphs),
        url_keys=frozenset({urlkey.key(url)}),
        discovered_at=at - timedelta(minutes=1),
        fetched_at=at,
    )

    def label(n):
        name = textfile.name(n, text)
        return name, {"name": name, "title": article.title, "source_name": source.name}

    landing = articles.land(ledger, run=run, url_id=due.url_id, story=story, label=label, now=at)
    articles.landed(ledger, number=landing.number, now=at)
    return landing.name


def revise(ledger, name, *, at, category=None, kind=None):
    """The text of the article has changed."""
    import sqlalchemy as sa

    from monitor.ledger import schema as t

    run = runs.start(ledger, kind="crawl", now=at)
    with ledger.write() as connection:
        row = connection.execute(sa.select(t.article).where(t.article.c.name == name)).one()
        match = row.match | ({"category": category} if category else {})
        if kind:
            match["matches"] = [hit | {"kind": kind} for hit in match["matches"]]
        connection.execute(
            sa.insert(t.revision).values(
                article=row.number,
                run=run,
                at=at,
                url=row.url,
                text_key=f"changed {at}",
                title=row.title,
                text=row.text,
                match=match,
            )
        )
