"""English: first contact and the starter kit (flow 5.8)."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "help.privacy": "what I keep, for how long, and who sees it",
    "go.privacy": "Privacy",
    "pv.title": "First things first: your data",
    "pv.notice": "I keep your goals, check-ins, thanks and points. Who sees what and for how long: press View. "
    "You can export your data any time.",
    "pv.view": "View",
    "pv.details": "Privacy notice",
    "pv.purpose": "Why",
    "pv.purpose.short": "Goals, thanks, rewards",
    "pv.purpose.long": "Only to follow goals, to let colleagues thank each other and to redeem points. No automatic HR "
    "decisions, no reading of group history: only what you send to me is processed.",
    "pv.data": "What",
    "pv.data.short": "Goals, check-ins, thanks, points",
    "pv.data.long": "Name, employee number, department, manager and chat accounts (from the company's list); your "
    "goals, check-ins, thanks, points and orders; your language, time zone and the messenger you used last.",
    "pv.keep": "Kept",
    "pv.keep.short": "36 months; points 10+ years",
    "pv.keep.long": "Your words to me: emptied a day after they were handled. My messages: text emptied after 7 days, "
    "records deleted after 90. Check-ins, thanks and orders: 36 months. Points entries: as long as the company uses "
    "me (at least 10 years), without your name after you leave.",
    "pv.seen": "Seen",
    "pv.seen.short": "Public goals: all; points: you",
    "pv.seen.long": "Goals and check-ins as the goal says: public to all colleagues, department to your department, "
    "private to you and your managers. Public thanks: all colleagues. Points: only you. Private thanks: the two of "
    "you. Orders: you and whoever handles them. An admin who opens something private must give a reason, and you are "
    "told.",
    "pv.rights": "Your rights",
    "pv.rights.long": "You may see, correct and export your data, and ask for deletion after you leave: just ask the "
    "contact below.",
    "pv.contact": "Ask",
    "pv.contact.unnamed": "your company's Bida admin",
    "pv.version": "Notice version {n}. I'll send it again when it changes.",
    "help.kit": "starter kit: 3 steps, 50 points",
    "go.kit": "Starter kit",
    "st.title": "Hi {name}! 3 steps, 50 pts",
    "st.step": "✅ {i}/3 · {p} pts so far · next: {next}",
    "st.full": "✅ 3/3 · all done, {p} pts. Thank you!",
    "st.budget": "The kit budget is used up. You'll be credited automatically after a top-up.",
    "st.paid": "🎁 Starter kit credited: +{p} pts",
    "st.progress": "Progress",
    "st.goal": "claim or write one goal",
    "st.checkin": "first check-in",
    "st.thanks": "thank a colleague",
    "st.start": "Start",
    "st.look": "All goals",
    "st.later": "Later",
    "st.put_off": 'All right, I\'ll remind you once on the next workday. Send "/kit" to go on any time.',
    "st.do.goal": "My goals",
    "st.do.checkin": "Check in",
    "st.do.thanks": "Give kudos",
    "st.have": "I have one",
    "st.no_goal": 'No published goal is yours yet. Once there is one, press "I have one", or just check in.',
    "st.ceo": "The company's goals are not published yet; {name} will publish them.",
    "st.no_company_goals": "The company's goals are not published yet.",
    "st.board": "Starter kit board",
    "st.board.blocker": "The company's goals are not published, so newcomers have nothing to align to.",
    "st.board.owed": "The budget is short: {n} pts are owed and will be credited after a top-up.",
    "st.board.stuck": "{n} people at the same step for more than 2 workdays",
    "st.board.since": "since {date}",
    "st.board.more": "and {n} more",
}
