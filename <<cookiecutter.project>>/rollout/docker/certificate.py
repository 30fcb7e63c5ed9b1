"""Installs a certificate with its key on the host: in a volume that only the router and this command's helper mount."""

from rollout.docker import answer
from rollout.docker.container import volume
from rollout.docker.host import USER, Host
from rollout.onhost import names
from rollout.onhost.certificate import INCOMING

INSTALLED_WITHIN_SECONDS = 120


def put_certificate(host: Host, pem: bytes) -> dict[str, object]:
    """Serve this certificate from now on, also after a restart. Returns `expires` (epoch seconds), and whether it is
    the `first` one. Raises Refused if it can't be used, or HostFailed; the previous one stays in both cases."""
    mounts = [
        volume(f"{host.project}_certificate", names.CERTIFICATE),
        volume(f"{host.project}_socket", names.SOCKET_FOLDER),
    ]
    labels = {names.PART: "helper", names.PROJECT: host.project}
    settings = {"mem_limit": "256m", "pids_limit": 64, "user": USER, "network_mode": "none"}
    helper = host.docker.create(
        None, host.engine_image, command=["certificate"], mounts=mounts, labels=labels, **settings
    )
    try:
        host.docker.put(helper, names.CERTIFICATE, INCOMING, pem, names.USER)
        host.docker.start(helper)
        host.docker.wait(helper, INSTALLED_WITHIN_SECONDS)
        said = host.docker.logs(helper)
    finally:
        host.docker.remove(helper)
    if said.exit_code:
        raise answer.error("certificate", host.engine_image, said)
    return answer.json_object("certificate", host.engine_image, said.out)
