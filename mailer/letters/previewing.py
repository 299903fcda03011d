"""Previewing: every kind of letter as files, in both languages and both parts, for those who look at their design."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.letters.declaration import Declaration
from mailer.letters.letters import Parts, write_parts
from mailer.letters.registry import declarations
from mailer.letters.samples import LIST, Sample
from templates.language import LANGUAGES, load_language


@dataclass(frozen=True)
class Previewed:
    """A sample as it reads in one language."""

    name: str  # question-open-lawyer
    language: str
    parts: Parts


def render_samples(timezone: str) -> Iterator[Previewed]:
    """All samples of all kinds in all languages, times as in this zone. Raises UndefinedError for a missing value."""
    for declaration in declarations().values():
        for sample in declaration.samples:
            for language in LANGUAGES:
                yield _render(declaration, sample, language, timezone)


def _render(declaration: Declaration, sample: Sample, language: str, timezone: str) -> Previewed:
    name = "-".join(filter(None, [declaration.kind.value, sample.name]))
    template = sample.template or declaration.kind.value
    return Previewed(name, language, write_parts(load_language(language, timezone), template, sample.view, LIST))


def write_previews(folder: Path, timezone: str) -> list[Path]:
    """Write each sample as a text file, its subject first, and an HTML file; the files. The folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for one in render_samples(timezone):
        stem = folder / f"{one.name}.{one.language}"
        for path, content in (
            (stem.with_name(f"{stem.name}.txt"), f"{one.parts.subject}\n\n{one.parts.text}"),
            (stem.with_name(f"{stem.name}.html"), one.parts.html),
        ):
            path.write_text(content, encoding="utf-8")
            written.append(path)
    return written
