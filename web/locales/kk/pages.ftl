# Зал айналасындағы беттер: кіру, басты бет, жоспарлау, семинар мен есеп, шақыру.

# Әр беттің жақтауы
frame-skip = Мазмұнға өту
frame-demo = Көрсетілім:
frame-demo-text = деректер ойдан алынған және өшіріледі.
frame-demo-label = Көрсетілім
frame-account = Тіркелгі: { $name }
frame-home = Менің семинарларым
frame-log-out = Шығу
frame-loading = Жүктелуде
frame-try-again = Қайталау

# Кіру
login-heading = Кіру
login-email = Электрондық пошта
login-email-missing = Электрондық пошта мекенжайын енгізіңіз.
login-password = Құпиясөз
login-password-missing = Құпиясөзді енгізіңіз.
login-button = Кіру
login-help = Тіркелгіңіз жоқ па немесе құпиясөзді ұмыттыңыз ба? Әкімшіге хабарласыңыз. Шақыру сілтемесі болса, тіркелгі керек емес.
demo-heading = Бірден байқап көру
demo-text = Бір рет басыңыз, сонда ойдан алынған академияның бір қызметкері ретінде кіресіз.
demo-trainer = Оқытушы
demo-trainer-sees = Семинар жоспарлайды, эфирге шығады, слайд көрсетеді, сөз береді, кімнің қатысып отырғанын көреді.
demo-participant = Қатысушы
demo-participant-sees = Көреді, чатқа жазады, дауыс береді, қол көтеріп, сөз сөйлейді.
demo-coordinator = Үйлестіруші
demo-coordinator-sees = Бір өңірлік орталық пен оның залына жауап береді.
demo-administrator = Әкімші
demo-administrator-sees = Барлық семинарды, олардың мекенжайлары мен қатысу есебін көреді.

# Басты бет
home-heading = Менің семинарларым
home-plan = Семинар жоспарлау
home-now = Қазір
home-live = Тікелей эфир
home-green-room = Дайындалып жатыр
home-join = Қосылу
home-open-cockpit = Пультке өту
home-open-green-room = Дайындықты бастау
home-week = Бүгін және осы аптада
home-week-empty = Алдағы жеті күнге ештеңе жоспарланбаған.
home-today = Бүгін
home-late = Жақында басталады
home-later = Кейінірек
home-continue = Көруді жалғастыру
home-continue-at = { $time } сәтінен жалғастыру
home-recordings = Жазбалар
home-minutes = { $minutes } мин
home-details = Толығырақ

# Семинар жоспарлау
edit-heading-new = Жаңа семинар
edit-heading = Семинарды өзгерту
edit-optional = міндетті емес
edit-title = Атауы
edit-summary = Не туралы
edit-summary-hint = Адамдар мұны кірмей тұрып көреді: тақырып, кімге арналған, нені дайындау керек.
edit-date = Күні
edit-time = Басталуы
edit-duration = Ұзақтығы, минут
edit-zone = Уақыт белдеуі
edit-centres = Шақырылған орталықтар
edit-centres-count = { $all } орталықтың { $count } таңдалды
edit-centres-all = Барлық орталық
edit-centres-none = Бұл серверге әзірге орталықтар енгізілмеген, сондықтан семинар тек баршаға ашық бола алады. Оларды қосуды әкімшіден сұраңыз; Қазақстан орталықтарын «hallcast preset kazakhstan» командасы қосады.
edit-open = Тіркелгісі бар барлық адамға ашық
edit-open-hint = Семинарды кез келген орталықтың адамдары және орталығы жоқтар көреді әрі кіре алады.
edit-slides = Слайдтар
edit-slides-hint = PDF файлдары. Слайдтарды кейін де, көрсетер сәтке дейін қосуға болады.
edit-slides-choose = PDF файлдарын таңдаңыз
edit-slides-drop = немесе осында сүйреп әкеліңіз
edit-slides-pages = { $pages } бет
edit-slides-sending = Файл жіберілуде
edit-slides-rendering = Беттер дайындалуда
edit-slides-waits = Семинарды жоспарлаған кезде жіберіледі.
edit-slides-too-long = Бұл PDF-те бет тым көп. Бөліп-бөліп жүктеңіз.
edit-slides-remove = Алып тастау
edit-slides-remove-named = «{ $title }» слайдтарын алып тастау
edit-slides-remove-ask = «{ $title }» алып тасталсын ба?
edit-slides-remove-text = Слайдтар бұл семинардан өшіріледі. Компьютеріңіздегі PDF файлы қалады.
edit-slides-keep = Қалдыру
edit-plan = Семинарды жоспарлау
edit-save = Өзгерістерді сақтау
edit-back = Артқа
edit-kept = Жазғаныңыз сақтағанша осы құрылғыда тұрады.
edit-brought-back = Жазып, сақтамай кеткеніңізді қайтардық.
edit-discard = Бас тарту
edit-saved-without-slides = Семинар сақталды, бірақ слайдтардың бәрі жетпеді. Не істеу керегі төменде жазылған.
edit-problems = Мына жерлерді тексеріңіз
edit-problem-title-missing = Атауын енгізіңіз.
edit-problem-title-long = Атауы 200 таңбадан аспауы керек.
edit-problem-summary-long = Сипаттама 4000 таңбадан аспауы керек.
edit-problem-date-missing = Күнін таңдаңыз.
edit-problem-time-missing = Басталу уақытын көрсетіңіз.
edit-problem-duration-wrong = Ұзақтығын бүтін минутпен көрсетіңіз: 5-тен 1440-қа дейін.
edit-problem-centres-missing = Кемінде бір орталықты таңдаңыз немесе семинарды баршаға ашыңыз.
edit-problem-refused = Сервер бұл мәнді қабылдамады. Өзгертіңіз.

# Слайдтар
slides-of = «{ $title }» беттері
slides-page = { $pages } беттің { $page }-беті
slides-previous = Алдыңғы бет
slides-next = Келесі бет

# Семинар
status-planned = Жоспарланған
status-green_room = Дайындалып жатыр
status-live = Тікелей эфир
status-ended = Аяқталды
seminar-trainer = Оқытушы: { $name }
seminar-join = Қосылу
seminar-wait = Күту бөлмесіне өту
seminar-open-green-room = Дайындықты бастау
seminar-open-cockpit = Пультке өту
seminar-watch = Жазбаны көру
seminar-watch-start = Басынан көру
seminar-edit = Өзгерту
seminar-replay-soon = Жазба аяқталып жатыр. Бірнеше секундта осында шығады.
seminar-about = Не туралы
seminar-slides = Слайдтар
seminar-no-slides = Слайд әзірге жоқ
seminar-lost = Мұндай семинар жоқ
seminar-lost-text = Ол жойылған немесе сіз оған шақырылмаған болуыңыз мүмкін.
centres-heading = Шақырылғандар
centres-open = Тіркелгісі бар барлық адам
centres-summary = { $centres } орталықта { $people } адам
invite-link = Шақыру сілтемесі
invite-link-text = Осы сілтемемен кез келген адам аты-жөні мен лауазымын жазып, семинар аяқталғанша кіре алады.
invite-link-label = Жіберетін сілтеме
keys-heading = OBS пен плеерлерге арналған мекенжайлар
keys-send = OBS-тен немесе басқа кодтаушыдан бейне мен дыбыс беру үшін «WHIP» қызметін таңдап, мыналарды енгізіңіз:
keys-whip-url = Сервер (WHIP)
keys-whip-key = Ағын кілті
keys-watch = WHEP қолдайтын плеерде көру үшін:
keys-whep-url = Плеер мекенжайы (WHEP)
keys-whep-key = Плеер кілті
keys-renew = Кілттерді ауыстыру
keys-renew-ask = Кілттер ауыстырылсын ба?
keys-renew-text = Қазіргі кілттер мен шақыру сілтемесі оларды алғандардың бәрінде бірден жұмысын тоқтатады. Қазір эфирдегі көрсетілім жалғаса береді.
keys-renew-keep = Қазіргісін қалдыру
keys-renewed = Кілттер ауыстырылды. Қолданатын жеріңізге қайта көшіріңіз.
copy-do = Көшіру: { $label }
copy-done = Көшірілді: { $label }
copy-by-hand = Қолмен көшіріңіз: Ctrl+C.
copy-show = Көрсету: { $label }
copy-hide = Жасыру: { $label }

# Қатысу
report-heading = Қатысу
report-csv = Жүктеп алу (CSV)
report-present = Келгендер
report-invited = Шақырылғандар
report-mean-share = Орташа қатысу
report-by-person = Адамдар бойынша
report-by-centre = Орталықтар бойынша
report-name = Аты-жөні мен лауазымы
report-centre = Орталық
report-no-centre = Орталықсыз
report-status = Күйі
report-status-present = Қатысты
report-status-late = Кешікті
report-status-left_early = Ерте кетті
report-status-absent = Болмады
report-times = Басы – соңы
report-minutes = Минут
report-share = Үлесі
report-votes = Дауыстар
report-messages = Хабарламалар
report-speeches = Сөз сөйлеу
report-filter = Аты, лауазымы немесе орталығы бойынша іріктеу
report-count = { $all } адамның { $shown } көрсетілді
report-nobody = Бұл іріктеуге ешкім сай келмейді.

# Шақыру
invitation-lead = Сіз семинарға шақырылдыңыз
invitation-known = Сіз { $name } ретінде кірдіңіз.
invitation-join = Семинарға кіру
invitation-ended = Бұл семинар аяқталды. Жазбасын оқытушыдан сұраңыз.
invitation-dead = Жаңа сілтемені оқытушы немесе орталығыңыз жібере алады.
guest-name = Аты-жөніңіз
guest-name-hint = Қатысушылар тізіміндегідей аты және тегі.
guest-name-missing = Аты-жөніңізді енгізіңіз.
guest-post = Лауазымыңыз
guest-post-hint = Мысалы: Сайрам ауданының әкімі.
guest-centre = Орталығыңыз
guest-no-centre = Басқа жерден қосыламын

# Ештеңе жоқ
lost-heading = Мұндай бет жоқ
lost-text = Мекенжай толық емес немесе бет көшірілген болуы мүмкін. Семинарларыңыз басты бетте.
lost-home = Менің семинарларыма
