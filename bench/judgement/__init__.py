"""How often the engine's own judgement takes a healthy release back, and how soon a bad one: on synthetic traffic."""
