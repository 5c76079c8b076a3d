"""Complaints in the key making: a sub-share opened and checked, the complaint about a wrong one, and its judgement.

Law: a complaint proves itself. judge() says, from public messages alone, which of the two broke the rules; it may give
away the one sub-share it is about, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from survey.crypto import dleq
from survey.crypto.arithmetic import p256
from survey.crypto.dkg_messages import Ceremony, Complaint, KeyMakingFault, Reveal, SubShare, sub_share_info
from survey.crypto.scalars import Randomness
from survey.crypto.sealing import ENC_LEN, UnsealFailed, open_with_dh
from survey.errors import InvalidInput

_SUB_SHARE_LEN = 32


def opened_sub_share(ceremony: Ceremony, reveals: Sequence[Reveal], sub_share: SubShare, dh: bytes) -> int:
    """f_sender(receiver), checked against the sender's coefficients; InvalidInput when anything is wrong with it."""
    if not dh:
        raise InvalidInput("The sub-share is sealed with bytes that are no point.")
    sealing_key = reveals[sub_share.receiver - 1].sealing_key
    info = sub_share_info(ceremony, reveals, sub_share.sender, sub_share.receiver)
    enc, ct = sub_share.sealed[:ENC_LEN], sub_share.sealed[ENC_LEN:]
    try:
        secret = open_with_dh(dh, enc, sealing_key, info, ct)
    except UnsealFailed as reason:
        raise InvalidInput(str(reason)) from None
    if len(secret) != _SUB_SHARE_LEN or p256().mult_base(secret) != reveals[sub_share.sender - 1].share_point(
        sub_share.receiver
    ):
        raise InvalidInput("The sub-share does not fit its sender's coefficients.")
    return int.from_bytes(secret, "big")


def complain(
    ceremony: Ceremony, sub_share: SubShare, dh: bytes, sealing_secret: bytes, randomness: Randomness
) -> Complaint:
    """Its receiver gives away dh, and with it this one sub-share; dh is empty where the sealed bytes hold no point."""
    proof = b""
    if dh:
        enc = sub_share.sealed[:ENC_LEN]
        context = _complaint_context(ceremony, sub_share)
        proof = dleq.generate_proof(sealing_secret, [enc], _one_pair(enc, dh), context, randomness)
    return Complaint(sub_share.receiver, sub_share.sender, dh, proof)


def judge(ceremony: Ceremony, reveals: Sequence[Reveal], sub_share: SubShare, complaint: Complaint) -> KeyMakingFault:
    """Who broke the rules: the accused with a wrong sub-share, or the accuser with a wrong complaint.

    sub_share: the one on the notice board from accused to accuser. Anybody can judge; all inputs are public (the
    complaint gave away this one sub-share, and with it nothing of the new key).
    """
    ends = (sub_share.sender, sub_share.receiver)
    if ends != (complaint.accused, complaint.accuser):
        return ceremony.fault(complaint.accuser, "false-complaint", "complained about a sub-share that is not theirs.")
    enc = sub_share.sealed[:ENC_LEN]
    if p256().is_valid_point(enc):
        key = reveals[complaint.accuser - 1].sealing_key
        context = _complaint_context(ceremony, sub_share)
        pair = _one_pair(enc, complaint.dh)
        try:
            dleq.verify_proof(key, [enc], [complaint.dh], pair, complaint.proof, context)
        except dleq.WrongProof:
            return ceremony.fault(complaint.accuser, "false-complaint", "complained without a valid proof.")
    dh = complaint.dh if p256().is_valid_point(enc) else b""
    try:
        opened_sub_share(ceremony, reveals, sub_share, dh)
    except InvalidInput:
        return ceremony.fault(complaint.accused, "wrong-sub-share", "dealt a wrong sub-share.")
    return ceremony.fault(complaint.accuser, "false-complaint", "complained about a correct sub-share.")


def _complaint_context(ceremony: Ceremony, sub_share: SubShare) -> bytes:
    ends = sub_share.sender.to_bytes(2, "big") + sub_share.receiver.to_bytes(2, "big")
    return b"complaint" + ceremony.round_context + ends


def _one_pair(enc: bytes, dh: bytes) -> dleq.PairsDigest:
    pair = dleq.PairsHash()
    pair.add(enc, dh)
    return pair.value()
