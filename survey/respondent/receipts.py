"""Receipts: is this sealed ballot in the box? After closing with the Merkle proof (RFC 9162); and the audit package.

Law: a receipt proves inclusion and never content; nothing here takes or gives a time, a code or an order of arrival.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from flask import Blueprint, Response, jsonify

from survey.audience import serves
from survey.crypto.merkle import MerkleTree
from survey.domain.audit import audit_package
from survey.domain.rounds import COLLECTED
from survey.errors import InvalidInput, NotFound, NotYet
from survey.respondent.desk import Desk

_RECEIPT = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


class _ClosedBox:
    """The sorted receipts of a closed evaluation and the tree over them."""

    def __init__(self, receipts: list[bytes]) -> None:
        self._receipts = receipts
        self.tree = MerkleTree(receipts)

    def find(self, receipt: bytes) -> int | None:
        """The leaf's index."""
        index = bisect_left(self._receipts, receipt)
        return index if self._receipts[index : index + 1] == [receipt] else None


def register(blueprint: Blueprint, desk: Desk) -> None:
    closed: dict[str, _ClosedBox] = {}  # boxes that never change again

    @blueprint.get("/e/<evaluation_id>/receipts/<receipt_hex>")
    @serves("respondent")
    def receipt(evaluation_id: str, receipt_hex: str) -> Response:
        if not _RECEIPT.fullmatch(receipt_hex):
            raise InvalidInput("A receipt is written as 64 hexadecimal digits.")
        desk.evaluation(evaluation_id)
        wanted = bytes.fromhex(receipt_hex)  # upper case too: people copy it from other programs
        root = desk.registry.find_root(evaluation_id)
        if root is None:
            return jsonify({"included": desk.box.find_receipt(evaluation_id, wanted)})
        box = closed.get(evaluation_id)
        if box is None:
            box = closed[evaluation_id] = _ClosedBox(desk.box.receipts(evaluation_id))
        published = {"root": root.hex(), "tree_size": box.tree.size}
        index = box.find(wanted)
        if index is None:
            return jsonify({"included": False, **published})
        path = [node.hex() for node in box.tree.inclusion_path(index)]
        return jsonify({"included": True, "leaf_index": index, "inclusion_path": path, **published})

    @blueprint.get("/e/<evaluation_id>/audit.zip")
    @serves("public")
    def audit(evaluation_id: str) -> Response:
        round_ = desk.registry.find_round_of(evaluation_id)
        if round_ is None:
            raise NotFound("There is no such evaluation.")
        if round_.state not in COLLECTED:
            raise NotYet("The audit package is published after closing.")
        package = audit_package(round_, registry=desk.registry, box=desk.box, for_all=True)
        response = Response(package, content_type="application/zip")
        response.headers["Content-Disposition"] = f'attachment; filename="audit-{round_.id}.zip"'
        return response
