"""TLS of a client that takes any certificate: tests make their own."""

import ssl


def context():
    made = ssl.create_default_context()
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made
