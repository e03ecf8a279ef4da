"""Serves JupyterLab on the listening socket that was passed as fd 3.

Studio connects from outside and vouches for the user; every request needs the token of this start. Nothing that the
user's code can write is read as configuration of the server.
"""

import json
import os
import secrets
import shutil
import socket
import sys
from pathlib import Path

LISTENER = 3
KIT_NOTEBOOKS = Path("/opt/atelier/kit/notebooks")
SCRATCH = Path("/tmp/jupyter")
MESSAGE_BYTES_MAX = 32 * 1024 * 1024
BODY_BYTES_MAX = 64 * 1024 * 1024


def seed_notebooks(home):
    """Copies each example notebook once; one that the user has deleted does not come back."""
    record = home / ".local/share/atelier/seeded.json"
    try:
        seeded = json.loads(record.read_text()) if record.exists() else []
        missing = [path for path in sorted(KIT_NOTEBOOKS.glob("*.ipynb")) if path.name not in seeded]
        for path in missing:
            if not (home / path.name).exists():
                shutil.copyfile(path, home / path.name)
        if missing:
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(json.dumps(seeded + [path.name for path in missing]))
    except (OSError, ValueError) as error:
        # A full home must still start, so that it can be cleaned up.
        print(f"atelier: the example notebooks were not copied: {error}", file=sys.stderr, flush=True)


def write_lab_settings():
    """JupyterLab's own defaults that would reach for the network."""
    settings = SCRATCH / "lab-settings"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "overrides.json").write_text(
        json.dumps(
            {
                "@jupyterlab/apputils-extension:notification": {
                    "fetchNews": "false",
                    "checkForUpdates": False,
                }
            }
        )
    )
    return settings


def serve(home, token):
    scratch_config = SCRATCH / "config"
    scratch_config.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        # An empty folder that is new at each start stands where the user's configuration would be read.
        JUPYTER_CONFIG_DIR=str(scratch_config),
        JUPYTER_RUNTIME_DIR=str(SCRATCH / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(home / ".jupyter/lab/user-settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(home / ".jupyter/lab/workspaces"),
    )
    from jupyter_server.serverapp import ServerApp
    from jupyterlab.labapp import LabApp

    def bind_passed_listener(app):
        listener = socket.socket(fileno=LISTENER)
        listener.setblocking(False)
        app.http_server.add_socket(listener)
        return True

    if not hasattr(ServerApp, "_bind_http_server_unix"):
        sys.exit("this jupyter_server cannot serve a passed socket")
    ServerApp._bind_http_server_unix = bind_passed_listener
    LabApp.launch_instance(
        [
            f"--ServerApp.sock={SCRATCH}/unused",
            f"--IdentityProvider.token={token}",
            f"--ServerApp.cookie_secret={secrets.token_hex(32)}",
            f"--ServerApp.root_dir={home}",
            "--ServerApp.open_browser=False",
            "--ServerApp.allow_remote_access=True",
            "--ServerApp.allow_unauthenticated_access=False",
            "--ServerApp.quit_button=False",
            f"--ServerApp.max_body_size={BODY_BYTES_MAX}",
            f"--ServerApp.max_buffer_size={BODY_BYTES_MAX}",
            f"--ServerApp.tornado_settings={{'websocket_max_message_size': {MESSAGE_BYTES_MAX}}}",
            "--KernelManager.transport=ipc",
            "--FileContentsManager.delete_to_trash=False",
            "--FileContentsManager.always_delete_dir=True",
            f"--LabApp.app_settings_dir={write_lab_settings()}",
            "--LabApp.extension_manager=readonly",
            "--LabApp.news_url=",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]
    )


if __name__ == "__main__":
    user_home = Path(os.environ["HOME"])
    os.chdir(user_home)
    seed_notebooks(user_home)
    serve(user_home, os.environ.pop("ATELIER_JUPYTER_TOKEN"))
