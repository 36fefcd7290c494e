"""What the history of its polls says about a source: well, failing, silent, since when. History in, verdict out."""
