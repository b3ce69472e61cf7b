# Әр бетке қажет нәрсе: қойынды атаулары, күту, ақау беті, басқару элементтері.

title-login = Кіру
title-home = Менің семинарларым
title-seminar-new = Жаңа семинар
title-seminar-edit = Семинарды өзгерту
title-seminar = Семинар
title-room = Зал
title-replay = Жазба
title-invitation = Шақыру
title-not-found = Бет табылмады

loading = Жүктелуде
crash-heading = Бұл бетті көрсету мүмкін болмады
crash-reload = Бетті қайта жүктеу

kit-language = Тіл
kit-theme = Түстер
kit-theme-system = Құрылғыдағыдай
kit-theme-light = Жарық
kit-theme-dark = Қараңғы
kit-theme-contrast = Жоғары контраст
kit-text-size = Мәтін өлшемі
kit-text-smaller = Мәтінді кішірейту, қазір { $percent }
kit-text-larger = Мәтінді үлкейту, қазір { $percent }

frame-notes = Хабарландырулар
frame-close = Жабу

# Қашан және қай сағат бойынша
when-your-time = сіздің уақытыңызша
zone-Asia-Almaty = Қазақстан
zone-Asia-Tashkent = Өзбекстан
zone-Europe-Kyiv = Украина
zone-Europe-Belgrade = Косово
zone-Europe-Tirane = Албания
zone-UTC = UTC
