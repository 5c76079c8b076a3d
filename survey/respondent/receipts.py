"""Receipts: is this sealed ballot in the box? After closing with the Merkle proof (RFC 9162); and the audit package.

Law: a receipt proves inclusion and never content; nothing here takes or gives a time, a code or an order of arrival.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, jsonify

from survey.audience import serves
from survey.crypto.merkle import MerkleTree
from survey.domain.audit import audit_package
from survey.domain.rounds import COLLECTED
from survey.errors import InvalidInput, NotFound, NotYet
from survey.respondent.desk import Desk

_RECEIPT = re.compile(r"[0-9a-f]{64}", re.ASCII)


def register(blueprint: Blueprint, desk: Desk) -> None:
    trees: dict[str, MerkleTree] = {}  # of closed evaluations, whose boxes never change again

    @blueprint.get("/e/<evaluation_id>/receipts/<receipt_hex>")
    @serves("respondent")
    def receipt(evaluation_id: str, receipt_hex: str) -> Response:
        if not _RECEIPT.fullmatch(receipt_hex):
            raise InvalidInput("A receipt is written as 64 lower-case hexadecimal digits.")
        desk.evaluation(evaluation_id)
        wanted = bytes.fromhex(receipt_hex)
        root = desk.registry.find_root(evaluation_id)
        if root is None:
            return jsonify({"included": desk.box.find_receipt(evaluation_id, wanted)})
        tree = trees.get(evaluation_id)
        if tree is None:
            tree = trees[evaluation_id] = MerkleTree(desk.box.receipts(evaluation_id))
        published = {"root": root.hex(), "tree_size": tree.size}
        index = tree.find(wanted)
        if index is None:
            return jsonify({"included": False, **published})
        path = [node.hex() for node in tree.inclusion_path(index)]
        return jsonify({"included": True, "leaf_index": index, "inclusion_path": path, **published})

    @blueprint.get("/e/<evaluation_id>/audit.zip")
    @serves("public")
    def audit(evaluation_id: str) -> Response:
        round_ = desk.registry.find_round_of(evaluation_id)
        if round_ is None:
            raise NotFound("There is no such evaluation.")
        if round_.state not in COLLECTED:
            raise NotYet("The audit package is published after closing.")
        package = audit_package(round_, registry=desk.registry, box=desk.box)
        response = Response(package, content_type="application/zip")
        response.headers["Content-Disposition"] = f'attachment; filename="audit-{round_.id}.zip"'
        return response
