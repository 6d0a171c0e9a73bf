"""Components of the screens: style sheet, templates, charts and formats; no queries, no rules."""
