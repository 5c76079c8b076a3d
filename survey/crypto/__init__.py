"""Published cryptography, bytes in and bytes out.

Law: no clock, file, database or Flask in here; every random byte is handed in or drawn by the named library; a
check that fails raises a SurveyError. Third parties: cryptography, and gmpy2 as the fallback arithmetic.

Read in this order: wire, arithmetic (libcrypto, libcrypto_points, gmp), blind_rsa (RFC 9474), tokens (RFC 9577,
9578), sealing (RFC 9180), merkle (RFC 9162); then scalars, dleq (RFC 9497), threshold, dkg, dkg_complaints,
dkg_transcript.
"""
