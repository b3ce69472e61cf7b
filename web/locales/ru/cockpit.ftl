# Подготовка и пульт преподавателя.

cockpit-cancel = Отмена
cockpit-close = Закрыть

# Подготовка
greenroom-tag = Подготовка: вас никто не видит
greenroom-heading = Подготовьтесь
greenroom-self = Так вас увидят слушатели
greenroom-level-speak = Скажите что-нибудь: полоска должна двигаться.
greenroom-level-hears = Микрофон вас слышит.
greenroom-checklist = Перед выходом в эфир
greenroom-camera-ok = Камера работает
greenroom-camera-off = Без камеры: слушатели услышат вас и увидят слайды
greenroom-microphone-ok = Микрофон вас слышит
greenroom-microphone-quiet = Микрофон включён; скажите что-нибудь для проверки
greenroom-microphone-off = Нет микрофона: слушатели вас не услышат
greenroom-slides-ok = Слайды готовы: { $title }, { $pages ->
    [one] { $pages } страница
    [few] { $pages } страницы
   *[other] { $pages } страниц
  }
greenroom-slides-rendering = Слайды готовятся
greenroom-slides-failed = Эти слайды показать нельзя: { $title }
greenroom-slides-none = Слайдов нет. Файл PDF можно добавить на странице семинара.
greenroom-server-ok = Связь с сервером есть
greenroom-server-lost = Нет связи с сервером
greenroom-network-not = Связь ещё не проверена
greenroom-network-testing = Проверяем связь: несколько секунд отправляем пробное видео
greenroom-network-good = Связь хорошая: прямое видео, { $kbps } кбит/с от вас, потери { $loss } %
greenroom-network-weak = Связь слабая: { $kbps } кбит/с от вас, потери { $loss } %. Подключитесь кабелем или сядьте ближе к Wi-Fi.
greenroom-network-blocked = Ваша сеть не пропускает прямое видео. Вести семинар можно, но из этой сети вас не увидят и не услышат. Попросите открыть медиапорт UDP сервера или выберите другую сеть.
greenroom-network-failed = Проверить связь не удалось: { $reason }
greenroom-network-test = Проверить связь
greenroom-network-again = Проверить ещё раз
greenroom-others = Кто ещё готов
greenroom-others-none = Вы здесь первый.
greenroom-other-live = камера или микрофон включены
greenroom-other-here = на подготовке
greenroom-waiting = { $count ->
    [0] Пока никто не ждёт
    [one] Ждёт { $count } человек
    [few] Ждут { $count } человека
   *[other] Ждут { $count } человек
  }
greenroom-go-live = { $halls ->
    [0] Начать эфир
    [one] Начать эфир на { $halls } зал
    [few] Начать эфир на { $halls } зала
   *[other] Начать эфир на { $halls } залов
  }

# Пульт
cockpit-end = Завершить…
cockpit-end-heading = Завершить семинар для всех?
cockpit-end-why = Эфир и запись остановятся. Запись можно будет смотреть через несколько секунд. Отменить это нельзя.
cockpit-end-stay = Остаться в эфире
cockpit-end-for = { $count ->
    [0] Завершить семинар
    [one] Завершить для { $count } человека
   *[other] Завершить для { $count } человек
  }
cockpit-people = { $people ->
    [one] { $people } человек
    [few] { $people } человека
   *[other] { $people } человек
  }{ $halls ->
    [0] { "" }
    [one] { " " }· { $halls } зал
    [few] { " " }· { $halls } зала
   *[other] { " " }· { $halls } залов
  }
cockpit-audience = Слушатели видят
cockpit-next-slide = Дальше: { $page }
cockpit-last-slide = Последний слайд
cockpit-slide-previous = Предыдущий слайд
cockpit-slide-next = Следующий слайд
cockpit-slide-of = { $page } из { $pages }
cockpit-deck = Какие слайды
cockpit-previews = Видео
cockpit-me-on-air = в эфире
cockpit-me-elsewhere = в эфире с другого устройства
cockpit-me-off = не в эфире
cockpit-my-screen = Ваш экран
cockpit-floor = Выступления
cockpit-tab-polls = Опросы
cockpit-tab-people = Люди
cockpit-tab-chat = Чат
cockpit-side = Люди, опросы, чат
cockpit-controls = Управление
cockpit-share = Показать экран
cockpit-share-stop = Убрать экран
cockpit-share-clip = На экране фильм: плавное движение
cockpit-go-on-air = Выйти в эфир
cockpit-go-on-air-here = Выйти в эфир отсюда
cockpit-locks = Запреты
cockpit-lock-chat = Закрыть чат
cockpit-unlock-chat = Открыть чат
cockpit-lock-hands = Закрыть список желающих
cockpit-unlock-hands = Открыть список желающих
cockpit-chat-is-locked = Чат закрыт
cockpit-hands-are-locked = Список закрыт
cockpit-poll = Начать опрос
cockpit-keys = Клавиши
cockpit-remove-heading = Удалить участника { $name }?
cockpit-remove-why = Участник сразу выйдет из семинара и не сможет вернуться.
cockpit-remove = Удалить

# Неполадки
cockpit-trouble = Неполадки
cockpit-trouble-publish = Вы не в эфире
cockpit-trouble-publish-why = Связь с вашей камерой и микрофоном прервалась. Подключаем снова.
cockpit-trouble-publish-failed = Ваши камера и микрофон не доходят до сервера: { $reason }
cockpit-trouble-restart = Медиаслужба перезапускается
cockpit-trouble-restart-why = Через три секунды все снова увидят видео. Тогда продолжайте.
cockpit-trouble-server = Нет связи с сервером
cockpit-trouble-server-why = Эфир продолжается. То, что вы нажмёте, уйдёт, когда связь вернётся.
cockpit-trouble-recording = Запись остановилась
cockpit-trouble-recording-why = Семинар продолжается, запись пробуем возобновить. Всё записанное сохранено.
cockpit-trouble-disk-low = На диске мало места
cockpit-trouble-disk-low-why = Попросите администратора освободить место, иначе запись остановится.
cockpit-trouble-disk-full = Диск полон, запись остановлена
cockpit-trouble-disk-full-why = Семинар идёт без записи, пока не освободится место.
cockpit-trouble-waiting = Запись ждёт службу записи
cockpit-trouble-waiting-why = Она начнётся сама, как только служба ответит.
cockpit-trouble-speaker = { $name }: ещё не в эфире
cockpit-trouble-speaker-why = Слово дано полминуты назад. Вызовите следующего или попросите нажать «Выйти в эфир».
cockpit-trouble-uplink = Ваша линия теряет данные
cockpit-trouble-uplink-why = Участники плохо видят и слышат вас. Подключите кабель, сядьте ближе к Wi-Fi или закройте программы, которые занимают сеть.
cockpit-trouble-speaker-line = { $name }: у выступающего слабая связь
cockpit-trouble-speaker-line-why = Его плохо слышно. Попросите выключить камеру или подключить кабель.
cockpit-trouble-lines = Плохо со связью: { $count } из { $following }
cockpit-trouble-lines-why = Посмотрите, у кого и что поможет.
cockpit-trouble-lines-show = Показать
cockpit-trouble-retry = Повторить

# Опросы
cockpit-poll-new = Новый опрос
cockpit-poll-none = Опросов пока нет.
cockpit-poll-templates = Готовые
cockpit-poll-question = Вопрос
cockpit-poll-options = Ответы
cockpit-poll-option = Ответ { $number }
cockpit-poll-option-remove = Убрать ответ { $number }
cockpit-poll-add = Добавить ответ
cockpit-poll-limit = Время
cockpit-poll-seconds = { $count ->
    [one] { $count } секунда
    [few] { $count } секунды
   *[other] { $count } секунд
  }
cockpit-poll-minutes = { $count ->
    [one] { $count } минута
    [few] { $count } минуты
   *[other] { $count } минут
  }
cockpit-poll-no-limit = Пока не закрою
cockpit-poll-multiple = Можно несколько ответов
cockpit-poll-anonymous = Анонимно
cockpit-poll-anonymous-hint = Никто не увидит, кто что выбрал, даже вы.
cockpit-poll-launch = Начать голосование
cockpit-poll-save = Отложить
cockpit-poll-no-question = Напишите вопрос.
cockpit-poll-few-options = Напишите хотя бы два ответа.
cockpit-poll-running = Идёт голосование
cockpit-poll-draft = Готов
cockpit-poll-released = Итоги показаны
cockpit-poll-hidden = Итоги скрыты
cockpit-poll-close = Закрыть голосование
cockpit-poll-release = Показать итоги
cockpit-template-yes-no = Да / Нет
cockpit-template-yes = Да
cockpit-template-no = Нет
cockpit-template-clear = Понятно?
cockpit-template-clear-question = Пока всё понятно?
cockpit-template-clear-yes = Понятно
cockpit-template-clear-partly = Не совсем
cockpit-template-clear-no = Непонятно
cockpit-template-pace = Темп
cockpit-template-pace-question = Подходит ли темп?
cockpit-template-pace-slow = Слишком медленно
cockpit-template-pace-right = Подходит
cockpit-template-pace-fast = Слишком быстро

# Клавиши
cockpit-key-space = Пробел
cockpit-key-mute = Включить или выключить микрофон
cockpit-key-previous-slide = Предыдущий слайд
cockpit-key-next-slide = Следующий слайд
cockpit-key-next-speaker = Дать слово следующему
cockpit-key-poll = Новый опрос
cockpit-key-list = Этот список

# Связь: кому плохо слышно и видно
cockpit-tab-lines = Связь
lines-title = Связь участников
lines-unknown = Пока нет данных о связи.
lines-all-good = { $following ->
    [one] Связь хорошая у { $following } участника.
   *[other] Связь хорошая у всех { $following } участников.
  }
lines-count = Плохо со связью: { $count } из { $following }
lines-hall-count = { $count } из { $following }
lines-more = и ещё { $count }
lines-bad = Плохая
lines-weak = Слабая
lines-since = { $minutes ->
    [0] только что
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[other] { $minutes } минут
  }
lines-problem-no-media = Ни видео, ни звука
lines-problem-slides = Только слайды и текст
lines-problem-only-sound = Только звук
lines-problem-breaks = Звук и видео прерываются
lines-problem-stutters = Видео подтормаживает
lines-problem-slow = Медленная связь
lines-problem-delayed = Видит с задержкой
lines-problem-reduced = Видео уменьшено
lines-problem-full = Видео уменьшено: сервер заполнен
lines-advice-hall = Сразу у нескольких в одном зале: дело в связи зала. Попросите координатора подключить кабель и остановить загрузки.
lines-advice-no-media = Попросите обновить страницу или сменить сеть.
lines-advice-slides = Опросы и чат работают. Чтобы слышать вас, нужна другая сеть.
lines-advice-only-sound = Видео вернётся само, когда связь улучшится. Поможет кабель.
lines-advice-breaks = Попросите координатора подключить кабель или посоветуйте «Только звук».
lines-advice-stutters = Потери восполняются. Если не проходит: кабель вместо Wi-Fi.
lines-advice-slow = Отвечает с опозданием: подождите немного. Делать ничего не нужно.
lines-advice-delayed = Сеть не пропускает прямое видео. Опросы и чат работают, делать ничего не нужно.
lines-advice-reduced = Видео уменьшается само. Делать ничего не нужно.
lines-advice-full = Сообщите администратору: серверу не хватает мощности.
