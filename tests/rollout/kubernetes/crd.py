"""Mistakes in an object of Argo Rollouts, by its CRD.

argo_types.json has the types of the CRDs Rollout and AnalysisTemplate of Argo Rollouts 1.10.1 (manifests/crds,
Apache-2.0): keys, types and required keys, without descriptions, status, and metric providers other than Prometheus.
"""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

TYPES = json.loads((Path(__file__).parent / "argo_types.json").read_text(encoding="utf-8"))


def mistakes(found: dict[str, Any]) -> list[str]:
    """Where the object has a key or a type that the CRD does not have. The API server would drop an unknown key."""
    validator = Draft202012Validator(closed(TYPES[found["kind"]]))
    return sorted(
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(found)
    )


def closed(schema: Any) -> Any:
    """The schema without unknown keys, where it lists the known ones. Metadata is not the CRD's."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(each) for key, each in schema.items()}
    is_object = "properties" in found and isinstance(found.get("properties"), dict) and found.get("type") == "object"
    return found | {"additionalProperties": False} if is_object and "additionalProperties" not in found else found
