"""A Merkle tree over a log (RFC 6962, section 2.1): its head grown leaf by leaf, and proofs that a leaf is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

BYTES = 32
EMPTY = hashlib.sha256().digest()
"""The root of a log without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry as a leaf."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two others."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Head:
    """The whole subtrees that a log of ``size`` leaves is made of, largest first: all that growing it further needs."""

    def __init__(self, size: int = 0, subtrees: Sequence[bytes] = ()) -> None:
        assert len(subtrees) == size.bit_count(), "a log has one whole subtree for each bit of its size"
        self.size = size
        self._subtrees = list(subtrees)

    @classmethod
    def from_bytes(cls, size: int, packed: bytes) -> Head:
        """Read what ``packed`` wrote."""
        return cls(size, [packed[start : start + BYTES] for start in range(0, len(packed), BYTES)])

    @property
    def packed(self) -> bytes:
        """The subtrees, one after the other."""
        return b"".join(self._subtrees)

    def append(self, leaf: bytes) -> None:
        """Add one leaf's hash at the end."""
        size = self.size
        while size & 1:
            leaf = node_hash(self._subtrees.pop(), leaf)
            size >>= 1
        self._subtrees.append(leaf)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The hash that stands for the whole log, in this order."""
        if not self._subtrees:
            return EMPTY
        root = self._subtrees[-1]
        for left in reversed(self._subtrees[:-1]):
            root = node_hash(left, root)
        return root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes with which a leaf's leads to the root of all of them (RFC 6962, section 2.1.1)."""
    assert 0 <= index < len(leaves), "the leaf is in the log"
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root_of(leaves[:split])]


def is_included(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof leads from a leaf to the root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    for one in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            leaf = node_hash(one, leaf)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = node_hash(leaf, one)
        node, last = node >> 1, last >> 1
    return last == 0 and leaf == root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of leaves that are all at hand."""
    head = Head()
    for leaf in leaves:
        head.append(leaf)
    return head.root
