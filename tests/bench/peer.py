"""What does a request cost with Python's own library: hmac, http.client, json?

    peer.py CA

Each line "serial PORT COUNT" is answered with the median time and the CPU of a request, in us.
"""
import hashlib, hmac, http.client, json, ssl, sys, time, urllib.parse

SECRET = b"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
HEADERS = {"X-MBX-APIKEY": "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"}


def ask(connection, number):
    query = urllib.parse.urlencode({"symbol": "BTCUSDT", "orderId": number, "recvWindow": 10000,
                                    "timestamp": int(time.time() * 1000)})
    signature = hmac.new(SECRET, query.encode(), hashlib.sha256).hexdigest()
    connection.request("GET", "/api/v3/order?" + query + "&signature=" + signature,
                       headers=HEADERS)
    order = json.loads(connection.getresponse().read())
    assert order["symbol"] == "BTCUSDT"


def serial(connection, count):
    ask(connection, 0)
    times, cpu = [], time.process_time()
    for number in range(count):
        start = time.perf_counter()
        ask(connection, number)
        times.append(time.perf_counter() - start)
    cpu = time.process_time() - cpu
    times.sort()
    return times[count // 2] * 1e6, cpu / count * 1e6


def main(ca):
    context = ssl.create_default_context(cafile=ca)
    print("ready", flush=True)
    for line in sys.stdin:
        _, port, count = line.split()
        connection = http.client.HTTPSConnection("127.0.0.1", int(port), context=context)
        print("%f %f" % serial(connection, int(count)), flush=True)
        connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
