"""Access: under which host name, from which web page and with which key requests are let in."""
