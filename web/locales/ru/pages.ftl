# Страницы вокруг зала: вход, главная, планирование, семинар и отчёт, приглашение.

# Рамка каждой страницы
frame-skip = К содержанию
frame-demo = Демонстрация:
frame-demo-text = данные вымышлены и будут стёрты.
frame-demo-label = Демонстрация
frame-account = Учётная запись: { $name }
frame-home = Мои семинары
frame-log-out = Выйти
frame-loading = Загрузка
frame-try-again = Повторить

# Вход
login-heading = Вход
login-email = Электронная почта
login-email-missing = Введите адрес электронной почты.
login-password = Пароль
login-password-missing = Введите пароль.
login-button = Войти
login-help = Нет учётной записи или забыли пароль? Обратитесь к администратору. По ссылке-приглашению учётная запись не нужна.
demo-heading = Попробовать сразу
demo-text = Одно нажатие, и вы внутри: как один из сотрудников вымышленной академии.
demo-trainer = Преподаватель
demo-trainer-sees = Планирует семинар, выходит в эфир, показывает слайды, даёт слово, видит присутствующих.
demo-participant = Участник
demo-participant-sees = Смотрит, пишет в чат, голосует, поднимает руку и выступает.
demo-coordinator = Координатор
demo-coordinator-sees = Отвечает за один региональный центр и его зал.
demo-administrator = Администратор
demo-administrator-sees = Видит все семинары, их адреса и отчёты о посещаемости.

# Главная
home-heading = Мои семинары
home-plan = Запланировать семинар
home-now = Сейчас
home-live = В эфире
home-green-room = Идёт подготовка
home-join = Присоединиться
home-open-cockpit = К пульту
home-open-green-room = Начать подготовку
home-week = Сегодня и на этой неделе
home-week-empty = На ближайшие семь дней ничего не запланировано.
home-today = Сегодня
home-late = Скоро начнётся
home-later = Позже
home-continue = Продолжить просмотр
home-continue-at = Продолжить с { $time }
home-recordings = Записи
home-minutes = { $minutes } мин
home-details = Подробнее

# Планирование семинара
edit-heading-new = Новый семинар
edit-heading = Изменение семинара
edit-optional = необязательно
edit-title = Название
edit-summary = О чём семинар
edit-summary-hint = Это видно до входа: тема, для кого, что подготовить.
edit-date = Дата
edit-time = Начало
edit-duration = Длительность в минутах
edit-zone = Часовой пояс
edit-centres = Приглашённые центры
edit-centres-count = Выбрано { $count } из { $all }
edit-centres-all = Все центры
edit-centres-none = На этом сервере ещё не заведены центры, поэтому семинар может быть только открытым для всех. Попросите администратора добавить их; команда «hallcast preset kazakhstan» добавляет центры Казахстана.
edit-open = Открыт для всех, у кого есть учётная запись
edit-open-hint = Семинар увидят и смогут войти люди из любого центра и те, у кого центра нет.
edit-slides = Слайды
edit-slides-hint = Файлы PDF. Слайды можно добавить и позже, вплоть до показа.
edit-slides-choose = Выберите файлы PDF
edit-slides-drop = или перетащите их сюда
edit-slides-pages = { $pages ->
    [one] { $pages } страница
    [few] { $pages } страницы
   *[other] { $pages } страниц
  }
edit-slides-sending = Файл отправляется
edit-slides-rendering = Страницы готовятся
edit-slides-waits = Будет отправлен, когда вы запланируете семинар.
edit-slides-too-long = В этом PDF слишком много страниц. Загрузите его по частям.
edit-slides-remove = Убрать
edit-slides-remove-named = Убрать слайды «{ $title }»
edit-slides-remove-ask = Убрать «{ $title }»?
edit-slides-remove-text = Слайды будут удалены из этого семинара. Файл PDF на вашем компьютере останется.
edit-slides-keep = Оставить
edit-plan = Запланировать семинар
edit-save = Сохранить изменения
edit-back = Назад
edit-kept = Введённое хранится на этом устройстве, пока вы не сохраните.
edit-brought-back = Мы вернули то, что вы ввели и не сохранили.
edit-discard = Отменить это
edit-saved-without-slides = Семинар сохранён, но не все слайды дошли. Что делать, написано ниже.
edit-problems = Проверьте, пожалуйста, эти места
edit-problem-title-missing = Введите название.
edit-problem-title-long = Название может содержать не более 200 знаков.
edit-problem-summary-long = Описание может содержать не более 4000 знаков.
edit-problem-date-missing = Выберите дату.
edit-problem-time-missing = Укажите время начала.
edit-problem-duration-wrong = Укажите длительность целым числом минут, от 5 до 1440.
edit-problem-centres-missing = Выберите хотя бы один центр или откройте семинар для всех.
edit-problem-refused = Сервер не принял это значение. Измените его, пожалуйста.

# Слайды
slides-of = Страницы «{ $title }»
slides-page = Страница { $page } из { $pages }
slides-previous = Предыдущая страница
slides-next = Следующая страница

# Семинар
status-planned = Запланирован
status-green_room = Идёт подготовка
status-live = В эфире
status-ended = Завершён
seminar-trainer = Преподаватель: { $name }
seminar-join = Присоединиться
seminar-wait = В комнату ожидания
seminar-open-green-room = Начать подготовку
seminar-open-cockpit = К пульту
seminar-watch = Смотреть запись
seminar-watch-start = Смотреть с начала
seminar-edit = Изменить
seminar-replay-soon = Запись завершается. Она появится здесь через несколько секунд.
seminar-about = О чём семинар
seminar-slides = Слайды
seminar-no-slides = Слайдов пока нет
seminar-lost = Такого семинара здесь нет
seminar-lost-text = Возможно, он удалён или вы на него не приглашены.
centres-heading = Приглашены
centres-open = Все, у кого есть учётная запись
centres-summary = { $people ->
    [one] { $people } человек
    [few] { $people } человека
   *[other] { $people } человек
  } в { $centres ->
    [one] { $centres } центре
   *[other] { $centres } центрах
  }
invite-link = Ссылка-приглашение
invite-link-text = По этой ссылке любой может войти, назвав имя и должность, пока семинар не завершён.
invite-link-label = Ссылка для отправки
keys-heading = Адреса для OBS и плееров
keys-send = Чтобы передавать видео и звук из OBS или другого кодировщика, выберите службу «WHIP» и укажите:
keys-whip-url = Сервер (WHIP)
keys-whip-key = Ключ потока
keys-watch = Чтобы смотреть в плеере, который поддерживает WHEP:
keys-whep-url = Адрес для плеера (WHEP)
keys-whep-key = Ключ для плеера
keys-renew = Сменить ключи
keys-renew-ask = Сменить ключи?
keys-renew-text = Нынешние ключи и ссылка-приглашение сразу перестанут действовать у всех, у кого они есть. То, что сейчас в эфире, продолжится.
keys-renew-keep = Оставить нынешние
keys-renewed = Ключи сменены. Скопируйте их заново туда, где они нужны.
copy-do = Скопировать: { $label }
copy-done = Скопировано: { $label }
copy-by-hand = Скопируйте вручную: Ctrl+C.
copy-show = Показать: { $label }
copy-hide = Скрыть: { $label }

# Посещаемость
report-heading = Посещаемость
report-csv = Скачать (CSV)
report-present = Пришли
report-invited = Приглашены
report-mean-share = В среднем пробыли
report-by-person = По людям
report-by-centre = По центрам
report-name = Имя и должность
report-centre = Центр
report-no-centre = Без центра
report-status = Состояние
report-status-present = Присутствие
report-status-late = Опоздание
report-status-left_early = Ранний уход
report-status-absent = Отсутствие
report-times = С – до
report-minutes = Минуты
report-share = Доля
report-votes = Голоса
report-messages = Сообщения
report-speeches = Выступления
report-filter = Отбор по имени, должности или центру
report-count = Показано { $shown } из { $all }
report-nobody = Под этот отбор никто не подходит.

# Приглашение
invitation-lead = Вас приглашают на семинар
invitation-known = Вы вошли как { $name }.
invitation-join = Войти на семинар
invitation-ended = Этот семинар завершён. Запись можно попросить у преподавателя.
invitation-dead = Новую ссылку может прислать преподаватель или ваш центр.
guest-name = Ваше имя
guest-name-hint = Имя и фамилия, как в списке присутствующих.
guest-name-missing = Введите ваше имя.
guest-post = Ваша должность
guest-post-hint = Например: аким Сайрамского района.
guest-centre = Ваш центр
guest-no-centre = Подключаюсь из другого места

# Ничего нет
lost-heading = Такой страницы нет
lost-text = Возможно, адрес неполный или страницу перенесли. Ваши семинары на главной странице.
lost-home = К моим семинарам
