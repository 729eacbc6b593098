"""The recipes, and the declarations that several of their tests use."""

from pathlib import Path

from simulation.declarations import PROMOTE, ROLE, declared

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
PROMOTED = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
OTHER_ROLE = f"{ROLE}-2"
