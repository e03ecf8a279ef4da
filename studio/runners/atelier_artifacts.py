"""Packs and unpacks model archives, inside the container: no link or special file of a tenant's is ever followed."""

import os
import stat
import tarfile


class UnsafeArtifact(Exception):
    """An archive or directory holds something that must not be carried further."""


def pack(directory, archive):
    """Writes the regular files of `directory`; links that stay inside become the file they point to."""
    root = os.path.realpath(directory)
    partial = archive + ".part"
    with tarfile.open(partial, "w:gz", compresslevel=3) as tar:
        for folder, folders, files in os.walk(root):
            folders.sort()
            for name in sorted(folders + files):
                path = os.path.join(folder, name)
                member = os.path.relpath(path, root)
                if os.path.islink(path):
                    target = os.path.realpath(path)
                    if not target.startswith(root + os.sep) or not os.path.isfile(target):
                        raise UnsafeArtifact(f"{member} is a link that leaves the directory")
                    path = target
                mode = os.lstat(path).st_mode
                if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                    raise UnsafeArtifact(f"{member} is neither a file nor a directory")
                tar.add(path, member, recursive=False, filter=plain)
                # A second name of the same file is stored as a file of its own.
                tar.inodes.clear()
    os.replace(partial, archive)


def plain(info):
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o755 if info.isdir() or info.mode & 0o100 else 0o644
    return info


def unpack(archive, directory):
    """Extracts files and directories; anything else, or a name that leaves the directory, is refused as a whole."""
    with tarfile.open(archive, "r:*") as tar:
        for member in tar:
            parts = member.name.split("/")
            if member.name.startswith("/") or ".." in parts or "\0" in member.name:
                raise UnsafeArtifact(f"{member.name!r} leaves the directory")
            if not member.isfile() and not member.isdir():
                raise UnsafeArtifact(f"{member.name!r} is neither a file nor a directory")
            path = os.path.join(directory, *[part for part in parts if part not in ("", ".")])
            if member.isdir():
                os.makedirs(path, exist_ok=True)
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                source = tar.extractfile(member)
                while chunk := source.read(1 << 20):
                    file.write(chunk)
            os.chmod(path, 0o755 if member.mode & 0o100 else 0o644)
