"""Attributes that an experiment does not have."""

import pytest

from tests.support.command_line import CommandLine, experiment, template


@pytest.mark.parametrize(
    "value",
    [
        "!GetAtt ShadowTest.Sattus",
        "!GetAtt [ShadowTest, Sattus]",
        "{'Fn::GetAtt': [ShadowTest, Sattus]}",
        "{'Fn::GetAtt': ShadowTest.Sattus}",
        "!Sub 'It is ${ShadowTest.Sattus}, ${ShadowTest.Sattus}.'",
        "!Sub ['It is ${ShadowTest.Sattus} ${It}', {It: '1'}]",
    ],
)
def test_an_attribute_that_is_none(shadowtest: CommandLine, value: str) -> None:
    text = template(experiment(), rest=f"Outputs:\n  Status:\n    Value: {value}\n")

    assert shadowtest.lint(text) == [
        "12:12: Outputs.Status.Value is ShadowTest.Sattus, which is not an attribute of ShadowTest, "
        "did you mean Status?"
    ]


def test_one_that_nothing_is_like_gets_the_list(shadowtest: CommandLine) -> None:
    (line,) = shadowtest.lint(template(experiment(), rest="Outputs: {X: {Value: !GetAtt ShadowTest.Xyzzy}}"))

    assert "not an attribute of ShadowTest, must be Arn, Name, Status, " in line


@pytest.mark.parametrize(
    "value",
    [
        "!GetAtt ShadowTest.Status",
        "!GetAtt Bucket.Sattus",
        "!GetAtt [ShadowTest, !Ref Attribute]",
        "!Sub '${ShadowTest} ${ShadowTest.Arn} ${!ShadowTest.Sattus} ${Bucket.Sattus}'",
        "!Sub ['${ShadowTest.Sattus}', {ShadowTest.Sattus: own}]",
        "!Ref ShadowTest",
        "!Sub [a]",
        "!GetAtt ShadowTest",
    ],
)
def test_all_else_passes(shadowtest: CommandLine, value: str) -> None:
    assert shadowtest.lint(template(experiment(), rest=f"Outputs: {{Status: {{Value: {value}}}}}\n")) == []
