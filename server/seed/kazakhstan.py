"""Kazakhstan: regions, the academy's centres and people who resemble its public.

The people are invented; regions, cities and posts are those of the country (17 regions
and 3 cities of republican significance since 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

from server.http.wire import AccountRole

REGIONS: dict[str, str] = {
    "reg_abai": "Abai Region",
    "reg_akmola": "Akmola Region",
    "reg_aktobe": "Aktobe Region",
    "reg_almaty": "Almaty Region",
    "reg_atyrau": "Atyrau Region",
    "reg_east": "East Kazakhstan Region",
    "reg_zhambyl": "Zhambyl Region",
    "reg_zhetisu": "Zhetisu Region",
    "reg_west": "West Kazakhstan Region",
    "reg_karaganda": "Karaganda Region",
    "reg_kostanay": "Kostanay Region",
    "reg_kyzylorda": "Kyzylorda Region",
    "reg_mangystau": "Mangystau Region",
    "reg_north": "North Kazakhstan Region",
    "reg_pavlodar": "Pavlodar Region",
    "reg_turkistan": "Turkistan Region",
    "reg_ulytau": "Ulytau Region",
    "reg_astana_city": "Astana",
    "reg_almaty_city": "Almaty",
    "reg_shymkent_city": "Shymkent",
}


@dataclass(frozen=True, slots=True)
class CentreSeed:
    centre_id: str
    city: str
    region_id: str
    coordinator: str
    people: tuple[tuple[str, str], ...]
    """Name and post."""


CENTRES: tuple[CentreSeed, ...] = (
    CentreSeed(
        "ctr_kokshetau",
        "Kokshetau",
        "reg_akmola",
        "Dinara Omarova",
        (
            ("Yerlan Zhaksybekov", "Akim of Zerenda rural district"),
            ("Svetlana Kim", "Deputy akim of Burabay district"),
            ("Daniyar Omarov", "Akim of Makinsk town"),
        ),
    ),
    CentreSeed(
        "ctr_aktobe",
        "Aktobe",
        "reg_aktobe",
        "Gulmira Tulegenova",
        (
            ("Askar Iskakov", "Akim of Khromtau town"),
            ("Aliya Zhumabayeva", "Deputy akim of Martuk district"),
            ("Bolat Kenzhebayev", "Akim of Yrgyz rural district"),
        ),
    ),
    CentreSeed(
        "ctr_taldykorgan",
        "Taldykorgan",
        "reg_zhetisu",
        "Zhanar Abilova",
        (
            ("Marat Sadykov", "Akim of Tekeli town"),
            ("Raushan Bektasova", "Akim of Koksu rural district"),
            ("Viktor Pak", "Head of the finance department, Zharkent"),
        ),
    ),
    CentreSeed(
        "ctr_atyrau",
        "Atyrau",
        "reg_atyrau",
        "Saule Utepova",
        (
            ("Nurlan Sagyndykov", "Akim of Makat rural district"),
            ("Aigerim Dosanova", "Deputy akim of Kulsary town"),
            ("Kairat Imangaliyev", "Akim of Inder rural district"),
        ),
    ),
    CentreSeed(
        "ctr_oskemen",
        "Oskemen",
        "reg_east",
        "Olga Petrenko",
        (
            ("Serik Mukanov", "Akim of Ridder town"),
            ("Madina Kassenova", "Deputy akim of Glubokoye district"),
            ("Alexandr Weber", "Akim of Altai rural district"),
        ),
    ),
    CentreSeed(
        "ctr_taraz",
        "Taraz",
        "reg_zhambyl",
        "Kamshat Orazbayeva",
        (
            ("Galymzhan Bekov", "Akim of Karatau town"),
            ("Laura Tastanova", "Akim of Merke rural district"),
            ("Rustam Akhmetov", "Deputy akim of Korday district"),
        ),
    ),
    CentreSeed(
        "ctr_oral",
        "Oral",
        "reg_west",
        "Zhanna Yermekova",
        (
            ("Ruslan Kuanyshev", "Akim of Aksai town"),
            ("Botagoz Salimova", "Akim of Terekti rural district"),
            ("Amangeldy Nurgaliyev", "Deputy akim of Syrym district"),
        ),
    ),
    CentreSeed(
        "ctr_karaganda",
        "Karaganda",
        "reg_karaganda",
        "Irina Schmidt",
        (
            ("Talgat Zhunussov", "Akim of Shakhtinsk town"),
            ("Asel Rakhimova", "Akim of Osakarovka rural district"),
            ("Dmitry Volkov", "Deputy akim of Temirtau city"),
        ),
    ),
    CentreSeed(
        "ctr_kostanay",
        "Kostanay",
        "reg_kostanay",
        "Meruyert Alimova",
        (
            ("Azamat Temirov", "Akim of Arkalyk town"),
            ("Natalya Bondarenko", "Akim of Fyodorov rural district"),
            ("Yerbol Kassymov", "Deputy akim of Auliekol district"),
        ),
    ),
    CentreSeed(
        "ctr_kyzylorda",
        "Kyzylorda",
        "reg_kyzylorda",
        "Akmaral Zhienbayeva",
        (
            ("Nurbol Abdrakhmanov", "Akim of Aralsk town"),
            ("Gaukhar Myrzabekova", "Akim of Syrdarya rural district"),
            ("Bakhyt Tleubayev", "Deputy akim of Kazaly district"),
        ),
    ),
    CentreSeed(
        "ctr_aktau",
        "Aktau",
        "reg_mangystau",
        "Gulnar Bekova",
        (
            ("Samat Kaldybayev", "Akim of Zhanaozen town"),
            ("Aiman Suleimenova", "Akim of Shetpe rural district"),
            ("Orynbasar Zholdasov", "Deputy akim of Beineu district"),
        ),
    ),
    CentreSeed(
        "ctr_petropavl",
        "Petropavl",
        "reg_north",
        "Tatyana Morozova",
        (
            ("Kanat Seitkaliyev", "Akim of Bulayevo town"),
            ("Lyazzat Ibrayeva", "Akim of Kyzylzhar rural district"),
            ("Andrey Litvinov", "Deputy akim of Aiyrtau district"),
        ),
    ),
    CentreSeed(
        "ctr_pavlodar",
        "Pavlodar",
        "reg_pavlodar",
        "Assem Toktarova",
        (
            ("Zhandos Baimukhanov", "Akim of Aksu town"),
            ("Yelena Gordeyeva", "Akim of Bayanaul rural district"),
            ("Murat Zhakupov", "Deputy akim of Ertis district"),
        ),
    ),
    CentreSeed(
        "ctr_turkistan",
        "Turkistan",
        "reg_turkistan",
        "Sabina Abdirova",
        (
            ("Aidos Serik", "Akim of Sozak rural district"),
            ("Nazgul Turgunbayeva", "Akim of Kentau town"),
            ("Sherzod Yuldashev", "Deputy akim of Saryagash district"),
        ),
    ),
)

STAFF: tuple[tuple[str, str, AccountRole], ...] = (
    ("Aigul Serikova", "Professor, Academy of Public Administration", "trainer"),
    ("Timur Baizhanov", "Lecturer in public finance", "trainer"),
    ("Madiyar Ospanov", "Lecturer in administrative law", "trainer"),
    ("Zhibek Amanova", "Head of distance learning", "administrator"),
)
