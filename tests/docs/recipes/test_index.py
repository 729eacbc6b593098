"""The list of the recipes."""

from tests.support.recipes import RECIPES


def test_each_recipe_is_listed_and_short() -> None:
    index = (RECIPES / "index.md").read_text()
    recipes = sorted(RECIPES.glob("*.md"))

    for recipe in recipes:
        assert recipe.name == "index.md" or f"]({recipe.name})" in index
        assert len(recipe.read_text().splitlines()) <= 70, recipe.name
