# То, что нужно каждой странице: заголовки вкладки, ожидание, страница сбоя, элементы управления.

title-login = Вход
title-home = Мои семинары
title-seminar-new = Новый семинар
title-seminar-edit = Изменение семинара
title-seminar = Семинар
title-room = Зал
title-replay = Запись
title-invitation = Приглашение
title-not-found = Страница не найдена

loading = Загрузка
crash-heading = Не удалось показать эту страницу
crash-reload = Загрузить страницу ещё раз

kit-language = Язык
kit-theme = Цвета
kit-theme-system = Как на этом устройстве
kit-theme-light = Светлые
kit-theme-dark = Тёмные
kit-theme-contrast = Высокий контраст
kit-text-size = Размер текста
kit-text-smaller = Уменьшить текст, сейчас { $percent }
kit-text-larger = Увеличить текст, сейчас { $percent }

frame-notes = Уведомления
frame-close = Закрыть

# Когда и по каким часам
when-your-time = по вашему времени
zone-Asia-Almaty = Казахстан
zone-Asia-Tashkent = Узбекистан
zone-Europe-Kyiv = Украина
zone-Europe-Belgrade = Косово
zone-Europe-Tirane = Албания
zone-UTC = UTC
