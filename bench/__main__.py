"""``python -m bench``: all measurements, each with its reference."""

import logging
from datetime import timedelta

from bench import command_line, cost, lag, scale, start


def main() -> None:
    logging.disable(logging.CRITICAL)
    print("a Create: from the final status to the answer, and what it took until then, simulated")
    for label, transitions in (
        ("any length", lag.of_any_length()),
        ("18 minutes", lag.of_a_create(timedelta(minutes=18))),
    ):
        print(f"    of {label}")
        references = (lag.of_stock_crhelper(minutes, transitions) for minutes in (1, 2))
        for waits in (lag.of_the_handler(transitions), *references):
            print(f"        {waits}")
    print("a fresh process until its first call is answered")
    measured = start.measured()
    alone_cpu, alone_memory = measured["botocore alone, one client"]
    for name, (cpu, memory) in measured.items():
        ratios = f"{cpu / alone_cpu:.2f} and {memory / alone_memory:.2f} of botocore alone"
        print(f"    {name:<34} {cpu * 1000:4.0f} ms CPU   {memory:4.0f} MiB   {ratios}")
    print("resources of a stack")
    for name, (for_one, further) in cost.resources().items():
        print(f"    {name:<34} {for_one:3} for the first, {further:2} for each further one")
    print(f"the asset\n    {cost.asset_size() / 1024:.0f} KiB, before it is zipped")
    print("many experiments, synthesised, beside as many aws_s3.Bucket(enforce_ssl=True) and CfnInferenceExperiment")
    for name, apps in scale.measured().items():
        print(f"    {name}")
        for app, (size, ratio) in apps.items():
            print(f"        {app:<11} {size}   {ratio:.2f} of the buckets' time")
    print(f"a fresh process that synthesises {scale.EXPERIMENTS}")
    for what, apps_of_process in scale.of_a_process().items():
        print(f"    {what}")
        for app, (seconds, ratio) in apps_of_process.items():
            print(f"        {app:<11} {seconds:5.2f} s   {ratio:.2f} of the buckets' time")
    print("a command, from the start of its process to its end")
    for name, (seconds, ratio) in command_line.measured().items():
        reference = command_line.REFERENCES[name]
        print(f"    {name:<34} {seconds:5.2f} s   {ratio:.2f} of python -c '{reference}'")
    print("a life of the fault campaign, on average")
    for name, mean in cost.of_a_life().items():
        print(f"    {name:<34} {mean:6.1f}")


if __name__ == "__main__":
    main()
