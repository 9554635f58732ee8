"""What a reader would see wrong on a page of slides, asked of a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from bootcamp.finals.slides import chromium

CUT_OFF = """() => [...document.querySelectorAll('.slides > section')].flatMap((slide, n) =>
  [slide, ...slide.querySelectorAll('pre')]
    .filter(at => at.scrollHeight - at.clientHeight > 1 || at.scrollWidth - at.clientWidth > 1)
    .map(at => `slide ${n + 1}: ${at.tagName.toLowerCase()}`))"""


def cut_off(slides: Path) -> list[str]:
    """Give the parts of printed slides that are longer or wider than their place."""
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(slides.as_uri())
        found: list[str] = page.evaluate(CUT_OFF)
        browser.close()
    return found
