"""A practice exchange in a process of its own, and configurations for its clients."""
import json, pathlib, signal, subprocess

# What `simulate` tells beside the credentials.
PLACES = {"exchange", "rest", "stream", "ca"}


class Practice:
    """Serves exchanges until stop(), which answers their ledger."""

    def __init__(self, cambist, folder, exchanges, *options, environment=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.ledger = self.folder / "ledger.json"
        self.process = subprocess.Popen([cambist, "simulate", *exchanges, "--ledger",
                                         str(self.ledger), *options], env=environment,
                                        stdout=subprocess.PIPE, text=True)
        self.told = [json.loads(self.process.stdout.readline()) for _ in exchanges]

    def keys(self, told):
        path = self.folder / (told["exchange"] + ".keys")
        if not path.exists():
            path.touch(0o600)
            path.write_text("".join("%s = %s\n" % pair for pair in told.items()
                                    if pair[0] not in PLACES and pair[1]))
        return path

    def config(self, name, *host_lines, exchanges=None):
        """Writes a configuration with these lines of [host]; answers its path."""
        path = self.folder / name
        lines = ["[host]", "warm_connections = 0", *host_lines]
        for told in self.told:
            if exchanges is not None and told["exchange"] not in exchanges:
                continue
            lines += ["[exchange %s]" % told["exchange"], "environment = simulated",
                      "credentials = file:%s" % self.keys(told), "rest = " + told["rest"]]
            lines += ["stream = " + told["stream"]] if told["stream"] else []
            lines += ["ca_file = " + told["ca"]] if told["ca"] else []
        path.write_text("\n".join(lines) + "\n")
        return path

    def journal(self, name):
        """A new folder for a journal."""
        path = self.folder / name
        path.mkdir(0o700)
        return path

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return json.loads(self.ledger.read_text())
