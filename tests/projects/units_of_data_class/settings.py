from dataclasses import dataclass, field


@dataclass
class Head:
    classes: int = 1


@dataclass
class Settings:
    head: Head = field(default_factory=Head)
    rate: float = field(default=0.01)
