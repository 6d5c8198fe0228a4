"""The Merkle tree: the roots and proofs of RFC 6962 and RFC 9162, and every proof for every size up to 64."""

from __future__ import annotations

import hashlib

import pytest

from mynapoint.hub.audit.merkle import EMPTY, Head, inclusion_proof, is_included, leaf_hash, root_of

# Entries and roots as the first implementation of RFC 6962 publishes them with its tests (certificate-transparency).
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_roots_are_those_that_are_published() -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES]

    assert hashlib.sha256().digest() == EMPTY == root_of([])
    assert [root_of(leaves[: size + 1]).hex() for size in range(len(leaves))] == ROOTS


@pytest.mark.parametrize("size", range(1, 65))
def test_every_proof_leads_to_the_root_and_no_other_does(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    root = root_of(leaves)

    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert is_included(leaf, index=index, size=size, proof=proof, root=root)
        assert not is_included(leaf_hash(b"another"), index=index, size=size, proof=proof, root=root)
        assert not is_included(leaf, index=index, size=size, proof=[*proof, leaf], root=root)
        assert not is_included(leaf, index=size, size=size, proof=proof, root=root)
        if proof:
            assert not is_included(leaf, index=index ^ 1, size=size, proof=proof, root=root)
            assert not is_included(leaf, index=index, size=size, proof=proof[:-1], root=root)


def test_a_head_is_grown_from_what_it_was_kept_as() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(40)]
    head = Head()
    for size, leaf in enumerate(leaves, start=1):
        head = Head.from_bytes(head.size, head.packed)
        head.append(leaf)
        assert (head.size, head.root) == (size, root_of(leaves[:size]))
