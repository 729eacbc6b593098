"""Properties: what they mean, as CloudFormation sends them: strings at any depth."""

from datetime import UTC, datetime, timedelta, tzinfo

from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.spec.declaration import DataStorage, DeclaredEnding, ModelVariant, Removal
from inference_experiment_handler.spec.parser import parse
from inference_experiment_handler.spec.reader import Faults, Reader
from inference_experiment_handler.spec.text import iso_duration, iso_instant
from simulation.cloudformation import as_sent
from simulation.declarations import PROMOTE, RETAIN, SHADOW, declared, variant


def test_strings_become_what_they_mean() -> None:
    declaration = parse(
        as_sent(
            declared(
                sampling=5,
                ModelVariants=[variant("AllTraffic", "champion", count=2), variant(SHADOW, "challenger", count=0)],
                AdoptExisting=True,
                WaitFor="Created",
                DataStorageConfig={"Destination": "s3://b/p", "ContentType": {"CsvContentTypes": ["text/csv"]}},
                Schedule={"StartTime": "2030-01-01T02:00:00+02:00", "Duration": "P1DT12H"},
            )
        )
    )

    assert declaration.sampling_percentage == 5
    assert declaration.production.instance_count == 2
    assert declaration.shadow.complete == ModelVariant(SHADOW, "challenger", "ml.m5.xlarge", 0)
    assert declaration.adopt_existing is True
    assert declaration.waits_until_running is False
    assert declaration.data_storage == DataStorage("s3://b/p", csv_content_types=("text/csv",))
    assert declaration.schedule.start == datetime(2030, 1, 1, tzinfo=UTC)
    assert declaration.schedule.duration == timedelta(hours=36)


def test_typed_values_of_a_template_mean_the_same() -> None:
    properties = declared(sampling=5, AdoptExisting=False)

    assert parse(properties) == parse(as_sent(properties))


def test_the_order_of_the_variants_does_not_matter() -> None:
    swapped = declared(ModelVariants=[variant(SHADOW, "challenger"), variant("AllTraffic", "champion")])

    assert parse(swapped) == parse(declared())


def test_an_empty_key_is_none() -> None:
    declaration = parse(declared(KmsKey="", DataStorageConfig={"Destination": "s3://b", "KmsKey": ""}))

    assert declaration == parse(declared(DataStorageConfig={"Destination": "s3://b"}))


def test_a_conclusion_and_a_removal_are_read_with_their_defaults() -> None:
    promoted = parse(as_sent(declared(DesiredState="Completed", ModelVariantActions=PROMOTE, Reason="good")))
    removed = parse(as_sent(declared(OnDelete={"ModelVariantActions": RETAIN, "Record": "Retain"})))

    assert promoted.conclusion == DeclaredEnding("Remove", "Promote", "Completed", (), "good")
    assert promoted.removal == Removal(DeclaredEnding("Retain", "Remove", "Cancelled"))
    assert removed.conclusion is None
    assert removed.removal == Removal(DeclaredEnding("Retain", "Retain", "Cancelled"), keeps_record=True)


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=400)))
def test_durations_are_read_as_they_are_written(duration: timedelta) -> None:
    whole = timedelta(seconds=int(duration.total_seconds()))

    assert Reader({"D": iso_duration(whole)}, Faults(), opaque=lambda _: False).duration("D") == whole


@given(st.integers(min_value=0, max_value=2**32), st.timezones())
def test_instants_are_read_as_they_are_written(seconds: int, zone: tzinfo) -> None:
    instant = datetime.fromtimestamp(seconds, zone)

    for written in (iso_instant(instant), instant.isoformat()):
        assert Reader({"I": written}, Faults(), opaque=lambda _: False).instant("I") == instant.astimezone(UTC)
