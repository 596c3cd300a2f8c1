"""English: every key of the Chinese catalogue, with the same placeholders."""

from collections.abc import Mapping

CATALOGUE: Mapping[str, str] = {
    # what can go wrong (flow 5.0)
    "error.not_bound": 'Your account isn\'t linked to an employee yet. Reply "bind", it takes about 20 seconds.',
    "error.not_permitted": "This step belongs to the {role}. I passed your request to {name}.",
    "error.stale_card": "This card has changed. Here is the latest version; nothing was submitted twice.",
    "error.duplicate": "Got it. Your earlier tap already counted.",
    "error.not_for_you": "This card is for {name}. You can view it but not submit it.",
    "error.bad_number": 'I couldn\'t read "{x}" as a number. Try 92, 92% or 52000.',
    "error.temporary": "Slow connection. I'll finish this and tell you (ref {ref}).",
    # check-in (flow 5.1)
    "ci.title": "Weekly check-in · {period} · about 10 s",
    "ci.row": "{kr}: last {last}, target {target}, expected by now {expected}",
    "ci.status": "Status",
    "ci.status.on_track": "🟢 On track",
    "ci.status.at_risk": "🟡 At risk",
    "ci.status.off_track": "🔴 Off track",
    "ci.block": "Blocker",
    "ci.block.none": "None",
    "ci.block.resources": "Resources",
    "ci.block.others": "Waiting on others",
    "ci.block.external": "External",
    "ci.block.manager": "Need my manager",
    "ci.custom": 'Reply with value, status, note, e.g. "92 g signed 3 clients"',
    "ci.done": "✅ Checked in {old} → {new} ({delta}) · objective {dobj} · {n}-week streak",
    "ci.confirm": "{x} is far above the target. Is it right?",
    "ci.closed": "This cycle is closed. Add a note on the grading card instead.",
    "ci.third": 'Third "no change" in a row. Please add one short reason.',
    "ci.help": "Who can help, and by when?",
    # making a card fit
    "fit.other": "Other…",
    "fit.more": "More…",
    "fit.answer": "Answer by message",
    "fit.answer_for": "Answer by message: {title}",
    "fit.actions": "Other actions",
    "fit.hint": "You can also reply: {hint} ({label})",
    "fit.answer_hint": "{label}: please reply {hint}",
    # a card as text
    "plain.pair": "{label}: {value}",
    "plain.required": "{label} (required)",
    "plain.choices": " / ",
    "plain.names": ", ",
    "plain.hint": "Reply {hint} — {label}",
    "plain.number": "Reply {n} — {label}",
    "plain.current": "now {value}",
    "plain.date": "a date, e.g. 2026-02-13",
    "plain.figure": "a number, e.g. 92",
    "plain.text": "text",
    "plain.empty": "(nothing to show)",
}
