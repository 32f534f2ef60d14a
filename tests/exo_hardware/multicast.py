"""Whether this machine can send UDP multicast at all."""

import socket


def multicast_works() -> bool:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
            sender.sendto(b"", ("239.74.163.9", 43999))
    except OSError:
        return False
    return True
