"""The index of SQLite's journal (the file -shm): which page was written by which frame, and so in which order.

Format: https://www.sqlite.org/walformat.html, section 2.2. It outlives the journal: emptying that clears no entry.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

BLOCK = 32 * 1024
HEAD = 136  # bytes before the page numbers of the first block
FRAMES = 4096  # of a block; of the first one as many fewer as the head takes room


def written_pages(index: Path) -> list[list[int]]:
    """Per block the page numbers in the order of their frames, those of frames that were emptied long ago included."""
    content = index.read_bytes()
    blocks = []
    for start in range(0, len(content), BLOCK):
        head = HEAD if start == 0 else 0
        pages = np.frombuffer(content, "<u4", FRAMES - head // 4, start + head).tolist()
        blocks.append([page for page in pages if page])
    return blocks


def tells_an_order(index: Path, pages: set[int]) -> bool:
    """Whether these pages were written in another order than they lie in, as far as the index knows."""
    for block in written_pages(index):
        mine = [page for page in block if page in pages]
        if mine != sorted(mine):
            return True
    return False
