"""What the prefilter loses: python -m bench.audit FOLDER [COUNT]

Extracts and judges a random sample of the pages that it refuses (COUNT, otherwise 100; 0: all) among the *.html and
*.html.gz of a folder, and prints every article that the matcher would have accepted. Exit 1 when there is one.
"""

import random
import sys
from pathlib import Path

from bench.relevance import NOW, body, paths, words
from monitor.article.extract import extract
from monitor.model import Page
from monitor.relevance.matcher import Matcher
from monitor.relevance.prefilter import Prefilter


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    lexicon = words()
    matcher, prefilter = Matcher(lexicon), Prefilter(lexicon)
    found = paths(Path(sys.argv[1]))
    refused = [path for path in found if not prefilter.passes(body(path))]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    sample = random.Random(NOW.toordinal()).sample(refused, min(count or len(refused), len(refused)))
    misses = articles = 0
    for path in sample:
        page = Page(url=f"https://alov.example/{path.stem}", body=body(path))
        article = extract(page, source=None, entry=None, chrome=frozenset(), now=NOW).article
        if article is None:
            continue
        articles += 1
        match = matcher.match(title=article.title, paragraphs=article.paragraphs, language=article.language)
        if match.relevant:
            misses += 1
            terms = ", ".join(dict.fromkeys(hit.term for hit in match.matches))
            print(f"missed {path}: {article.title} (score {match.score:g}: {terms})")
    print(
        f"{len(found)} pages, {len(refused)} refused, {len(sample)} of them read, {articles} articles, {misses} missed"
    )
    sys.exit(misses > 0)


if __name__ == "__main__":
    main()
