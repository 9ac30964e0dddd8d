"""No-op tasks per second of Dask distributed with two worker processes."""
import sys
import time


def nothing(i):
    return None


def main():
    from distributed import Client, LocalCluster
    tasks = int(sys.argv[1])
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50) as cluster:
        with Client(cluster) as client:
            client.gather(client.map(nothing, range(500), pure=False))
            best = 0.0
            for _ in range(2):
                start = time.perf_counter()
                client.gather(client.map(nothing, range(tasks), pure=False))
                best = max(best, tasks / (time.perf_counter() - start))
    print(best)


if __name__ == '__main__':
    main()
