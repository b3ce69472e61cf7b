# What every page needs: titles of the tab, waiting, the crash page, the interface kit.

title-login = Log in
title-home = My seminars
title-seminar-new = Plan a seminar
title-seminar-edit = Change the seminar
title-seminar = Seminar
title-room = Room
title-replay = Recording
title-invitation = Invitation
title-not-found = Page not found

loading = Loading
crash-heading = This page could not be shown
crash-reload = Load the page again

kit-language = Language
kit-theme = Colours
kit-theme-system = As on this device
kit-theme-light = Light
kit-theme-dark = Dark
kit-theme-contrast = High contrast
kit-text-size = Text size
kit-text-smaller = Smaller text, now { $percent }
kit-text-larger = Larger text, now { $percent }

frame-notes = Notes
frame-close = Close

# When, and by which clock
when-your-time = your time
zone-Asia-Almaty = Kazakhstan
zone-Asia-Tashkent = Uzbekistan
zone-Europe-Kyiv = Ukraine
zone-Europe-Belgrade = Kosovo
zone-Europe-Tirane = Albania
zone-UTC = UTC
