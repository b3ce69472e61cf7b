# Комната семинара и всё, что у неё общего с пультом преподавателя и записью.

# Состояние в верхней строке
room-live-timer = Эфир { $time }
room-ended-tag = Завершён
room-not-started-tag = Ещё не начался
room-recording-on = Идёт запись
room-recording-off = Без записи
room-recording-waiting = Запись: ожидание
room-recording-disk_low = Запись: мало места на диске
room-recording-disk_full = Запись остановлена: диск полон
room-recording-failed = Запись остановлена
room-loading = Открываем комнату

# Связь
line-connecting = Связь: подключение
line-good = Связь: хорошая
line-weak = Связь: слабая
line-delayed = Связь: задержка около { $seconds } с
line-lost = Связь: потеряна
line-delayed-why = Задержка около { $seconds ->
    [one] { $seconds } секунды
   *[other] { $seconds } секунд
  }: ваша сеть не пропускает прямое видео. Голосовать, писать в чат и поднимать руку можно как обычно.
line-delayed-lost = Задержка около { $seconds } с: прямое видео прервалось. Мы пробуем его вернуть.
line-delayed-codec = Задержка около { $seconds } с: этот браузер не показывает прямое видео.
line-blocked = Ваша сеть не пропускает видео. Звук идёт; слайды, чат и голосования работают.
line-weak-why = Связь слабая. В режиме «Только звук» речь не прерывается; слайды и голосования работают как обычно.
line-picture-smaller = Изображение уменьшено: у вас слабая связь.
line-picture-paused = Изображение на паузе: связи хватает только на звук. Оно вернётся само.
line-picture-reduced = Изображение упрощено: сервер заполнен. Звук не пострадает, полное изображение вернётся само.
line-picture-kept-back = Изображение на паузе: сервер заполнен. Вы слышите всё, изображение вернётся само.
line-way-tcp = через TCP
line-way-relay = через ретранслятор
line-way-direct-why = Изображение и звук идут напрямую.
line-way-tcp-why = Ваша сеть не пропускает UDP: изображение и звук идут через TCP и при потере пакетов могут ненадолго замирать.
line-way-relay-why = Ваша сеть пропускает немногое: изображение и звук идут через ретранслятор.
line-use-audio-only = Только звук
line-reconnecting = Связь потеряна. Подключаемся снова; всё написанное сохранится.
line-media-reconnecting = Видео прервалось. Подключаемся снова.
line-media-failed = Видео и звук не доходят. Слайды, чат и голосования работают.
line-retry = Повторить
line-no-h264 = Этот браузер не показывает видео. Слайды, чат и голосования работают; в другом браузере будет и видео.

# Сцена
stage-label = Сцена
stage-picture-of = Видео: { $name }
stage-screen = Показ экрана
stage-slide = Слайд { $page } из { $pages }
stage-slide-with-text = Слайд { $page } из { $pages }: { $text }
stage-slide-failed = Слайд { $page } не загрузился.
stage-slide-retry = Загрузить ещё раз
stage-picture-paused = Изображение на паузе
stage-muted = Микрофон выключен
stage-speaking = Говорит
stage-nobody = Пока в эфире никого нет. Преподаватель скоро вернётся.
stage-audio-only = Только звук
stage-audio-only-why = Вы слышите семинар и бережёте связь.
stage-show-slide = Показать слайд
stage-show-speaker = Показать выступающего
stage-join-with-sound = Войти со звуком

# Нижняя строка
room-controls = Управление
room-sound-on = Звук включён
room-sound-off = Звук выключен
room-sound-turn-on = Включить звук
room-sound-turn-off = Выключить звук
room-volume = Громкость
room-quality = Качество
room-quality-now = Качество: { $choice }
room-quality-short-auto = авто
room-quality-short-low = низкое
room-quality-short-audio = звук
room-quality-short-slides = слайды
room-quality-auto = Авто
room-quality-low = Низкое: бережёт связь
room-quality-audio = Только звук
room-quality-slides = Только слайды и текст
room-view = Вид
room-view-slide-and-speaker = Слайд и выступающий
room-view-side-by-side = Рядом
room-view-speaker-large = Выступающий крупно
room-view-slides-only = Только слайды
room-view-audio-only = Только звук
room-hand-raise = Поднять руку
room-hand-lower = Опустить руку
room-hand-position = { $position ->
    [1] Вы выступаете следующим
   *[other] Ваша очередь: { $position }
  }
room-hand-locked = Запись закрыта
room-hand-locked-why = Преподаватель пока закрыл список желающих выступить.
room-more = Ещё
room-leave = Выйти
room-panel = Рядом со сценой
room-panel-close = Скрыть панель
room-panel-open = Показать панель
room-tab-slides = Слайды
room-tab-chat = Чат
room-tab-people = Люди
room-tab-votes = Опросы
room-tab-chat-new = { $count ->
    [one] { $count } новое сообщение
    [few] { $count } новых сообщения
   *[other] { $count } новых сообщений
  }
room-tab-votes-open = { $count ->
    [one] { $count } открытое голосование
    [few] { $count } открытых голосования
   *[other] { $count } открытых голосований
  }
room-votes-none = Голосований пока не было. Когда преподаватель начнёт голосование, оно откроется здесь.
room-poll-opened = Началось голосование: { $question }

# До начала и после конца
room-waiting-heading = Семинар ещё не начался
room-waiting-soon = Начало с минуты на минуту. Страница откроется сама.
room-waiting-in = До начала
room-waiting-late = Начало задерживается. Ничего делать не нужно: страница откроется сама.
room-waiting-trainer = Преподаватель: { $name }
room-waiting-check = Проверьте звук
room-waiting-check-why = Нажмите кнопку: вы должны услышать три коротких сигнала. Если их нет, прибавьте громкость на устройстве.
room-waiting-play = Проиграть сигнал
room-waiting-heard = Сигналы прозвучали. Слышали? Значит, всё готово.
room-ended-heading = Семинар завершён
room-ended-thanks = Спасибо за участие.
room-ended-lasted = Он длился { $time }.
room-ended-preparing = Готовим запись. Ссылка появится здесь через несколько секунд.
room-ended-no-recording = Этот семинар не записывался.
room-ended-replay = Смотреть запись
room-ended-seminar = К записи
room-ended-report = Посещаемость и отчёт
room-home = На главную
room-closed-heading = Войти нельзя
room-closed-removed = Вас удалили с этого семинара
room-closed-full = На семинаре нет свободных мест
room-closed-link = Эта ссылка не работает
room-closed-missing = Такого семинара нет
room-closed-trouble = Комната не открылась
room-try-again = Повторить

# Чат
chat-list = Сообщения
chat-you = Вы
chat-write = Сообщение
chat-send = Отправить
chat-sending = Отправляем
chat-kept = Сохранено здесь; уйдёт, когда связь вернётся.
chat-dismiss = Убрать
chat-empty = Пока никто ничего не написал. Начните первым.
chat-empty-replay = До этого момента в чат не писали.
chat-locked = Преподаватель пока закрыл чат.
chat-newest = К последним
chat-hide = Скрыть сообщение: { $name }
chat-hidden = Скрыто преподавателем
chat-erased = Это сообщение удалено.

# Голосования
poll-vote = Голосование
poll-closed = Завершено
poll-left = Осталось { $time }
poll-pick-one = Выберите один ответ
poll-pick-many = Выберите один или несколько ответов
poll-send = Проголосовать
poll-change = Изменить голос
poll-saving = Сохраняем
poll-kept = Сохранено здесь; уйдёт, когда связь вернётся.
poll-hide = Скрыть
poll-saved = Сохранено. До конца можно изменить.
poll-saved-anonymous = Сохранено. Голосование анонимное, поэтому изменить голос нельзя.
poll-saved-closed = Ваш голос учтён. Итоги появятся, когда их покажет преподаватель.
poll-not-voted = Голосование завершено. Вы не голосовали.
poll-anonymous-note = Анонимно: никто не увидит, кто что выбрал. Отправленный голос изменить нельзя.
poll-your-choice = Ваш выбор
poll-share = { $percent } % ({ $count })
poll-voters = { $count ->
    [one] Проголосовал { $count } человек
    [few] Проголосовали { $count } человека
   *[other] Проголосовали { $count } человек
  }

# Слайды
slides-view = Как показывать слайды
slides-pictures = Картинки
slides-text = Текст
slides-on-air = В эфире
slides-no-text = На этом слайде нет текста.
slides-list = Слайды: { $title }
slides-go = Показать слайд { $page }
slides-none = В этом семинаре нет слайдов.

# Люди
people-title = Люди
people-unknown = Имя неизвестно
people-count = { $present ->
    [one] { $present } человек
    [few] { $present } человека
   *[other] { $present } человек
  }{ $halls ->
    [0] { "" }
    [one] { " " }в { $halls } зале
   *[other] { " " }в { $halls } залах
  }
people-on-stage = На сцене
people-halls = Залы
people-halls-open = На связи { $open } из { $all }
people-elsewhere = Другие места
people-present = Здесь: { $count }
people-hall-empty = пока никого
people-nobody = Никого не найдено.
people-search = Поиск по имени
people-is-here = Здесь
people-has-left = Вышел
people-muted = без звука
people-mute = Отключить звук участника
people-unmute = Разрешить звук участника
people-remove = Удалить с семинара
people-actions = Действия: { $name }

# Слово
floor-give = Дать слово
floor-empty = Никто не поднял руку.
floor-speaks = говорит · { $spent } из { $limit }
floor-getting-ready = готовится · { $spent } из { $limit }
floor-over-time = время вышло
floor-start = Начать
floor-stop = Стоп
floor-next = следующий
floor-up = Выше
floor-down = Ниже
floor-lower = Убрать из очереди
floor-first-time = впервые
floor-line-lost = связь потеряна

# Когда дали слово
speech-given-heading = Вам дали слово
speech-given-why = Проверьте, как вас видно и слышно. Пока вы не нажмёте кнопку, вас никто не видит.
speech-go = Выйти в эфир
speech-back = Отказаться от слова
speech-camera = Камера
speech-microphone = Микрофон
speech-devices = Камера и микрофон
speech-preview = Что увидят другие
speech-level = Уровень микрофона
speech-on-air-heading = Вы в эфире
speech-left = Осталось { $time }
speech-over = Время вышло { $time } назад
speech-finish = Закончить
speech-mic-on = Микрофон включён
speech-mic-off = Микрофон выключен
speech-camera-on = Камера включена
speech-camera-off = Камера выключена
speech-muted-by-trainer = Преподаватель выключил ваш микрофон.
speech-asking = Браузер спрашивает про камеру и микрофон: нажмите «Разрешить».
speech-lost = Связь прервалась. Возвращаем вас в эфир.
speech-failed = Выйти в эфир не удалось: { $reason }
speech-given-live = Вам дали слово. Когда будете готовы, нажмите «Выйти в эфир».
speech-taken-live = Ваше выступление завершено.

# Устройства
device-default-camera = Камера { $number }
device-default-microphone = Микрофон { $number }
device-sound-only = Можно выступить только с микрофоном.
