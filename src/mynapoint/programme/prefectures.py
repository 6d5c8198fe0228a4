"""The 47 prefectures (都道府県) by their code of JIS X 0401, and where each stands on a map of squares of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mynapoint.programme.words import Words


@dataclass(frozen=True, slots=True)
class Prefecture:
    """One prefecture; ``short`` its name without 都, 府 or 県; ``column`` from the west and ``row`` from the north."""

    code: str
    name: Words
    short: str
    column: int
    row: int


PREFECTURES: Mapping[str, Prefecture] = {
    "01": Prefecture("01", Words("北海道", "Hokkaido"), "北海道", 12, 0),
    "02": Prefecture("02", Words("青森県", "Aomori"), "青森", 12, 1),
    "03": Prefecture("03", Words("岩手県", "Iwate"), "岩手", 12, 2),
    "04": Prefecture("04", Words("宮城県", "Miyagi"), "宮城", 12, 3),
    "05": Prefecture("05", Words("秋田県", "Akita"), "秋田", 11, 2),
    "06": Prefecture("06", Words("山形県", "Yamagata"), "山形", 11, 3),
    "07": Prefecture("07", Words("福島県", "Fukushima"), "福島", 12, 4),
    "08": Prefecture("08", Words("茨城県", "Ibaraki"), "茨城", 12, 6),
    "09": Prefecture("09", Words("栃木県", "Tochigi"), "栃木", 12, 5),
    "10": Prefecture("10", Words("群馬県", "Gunma"), "群馬", 11, 5),
    "11": Prefecture("11", Words("埼玉県", "Saitama"), "埼玉", 11, 6),
    "12": Prefecture("12", Words("千葉県", "Chiba"), "千葉", 12, 7),
    "13": Prefecture("13", Words("東京都", "Tokyo"), "東京", 11, 7),
    "14": Prefecture("14", Words("神奈川県", "Kanagawa"), "神奈川", 11, 8),
    "15": Prefecture("15", Words("新潟県", "Niigata"), "新潟", 11, 4),
    "16": Prefecture("16", Words("富山県", "Toyama"), "富山", 10, 4),
    "17": Prefecture("17", Words("石川県", "Ishikawa"), "石川", 9, 4),
    "18": Prefecture("18", Words("福井県", "Fukui"), "福井", 9, 5),
    "19": Prefecture("19", Words("山梨県", "Yamanashi"), "山梨", 10, 6),
    "20": Prefecture("20", Words("長野県", "Nagano"), "長野", 10, 5),
    "21": Prefecture("21", Words("岐阜県", "Gifu"), "岐阜", 9, 6),
    "22": Prefecture("22", Words("静岡県", "Shizuoka"), "静岡", 10, 7),
    "23": Prefecture("23", Words("愛知県", "Aichi"), "愛知", 9, 7),
    "24": Prefecture("24", Words("三重県", "Mie"), "三重", 8, 7),
    "25": Prefecture("25", Words("滋賀県", "Shiga"), "滋賀", 8, 6),
    "26": Prefecture("26", Words("京都府", "Kyoto"), "京都", 8, 5),
    "27": Prefecture("27", Words("大阪府", "Osaka"), "大阪", 7, 6),
    "28": Prefecture("28", Words("兵庫県", "Hyogo"), "兵庫", 7, 5),
    "29": Prefecture("29", Words("奈良県", "Nara"), "奈良", 7, 7),
    "30": Prefecture("30", Words("和歌山県", "Wakayama"), "和歌山", 7, 8),
    "31": Prefecture("31", Words("鳥取県", "Tottori"), "鳥取", 6, 5),
    "32": Prefecture("32", Words("島根県", "Shimane"), "島根", 5, 5),
    "33": Prefecture("33", Words("岡山県", "Okayama"), "岡山", 6, 6),
    "34": Prefecture("34", Words("広島県", "Hiroshima"), "広島", 5, 6),
    "35": Prefecture("35", Words("山口県", "Yamaguchi"), "山口", 4, 6),
    "36": Prefecture("36", Words("徳島県", "Tokushima"), "徳島", 5, 9),
    "37": Prefecture("37", Words("香川県", "Kagawa"), "香川", 5, 8),
    "38": Prefecture("38", Words("愛媛県", "Ehime"), "愛媛", 4, 8),
    "39": Prefecture("39", Words("高知県", "Kochi"), "高知", 4, 9),
    "40": Prefecture("40", Words("福岡県", "Fukuoka"), "福岡", 2, 7),
    "41": Prefecture("41", Words("佐賀県", "Saga"), "佐賀", 1, 7),
    "42": Prefecture("42", Words("長崎県", "Nagasaki"), "長崎", 0, 7),
    "43": Prefecture("43", Words("熊本県", "Kumamoto"), "熊本", 1, 8),
    "44": Prefecture("44", Words("大分県", "Oita"), "大分", 2, 8),
    "45": Prefecture("45", Words("宮崎県", "Miyazaki"), "宮崎", 2, 9),
    "46": Prefecture("46", Words("鹿児島県", "Kagoshima"), "鹿児島", 1, 9),
    "47": Prefecture("47", Words("沖縄県", "Okinawa"), "沖縄", 0, 10),
}
"""In the order of their codes. A square touches those of neighbours where it can; no two are in one place."""


def prefecture_of(municipality: str) -> str:
    """Return the prefecture's code of a municipality's 全国地方公共団体コード; empty where there is none.

    >>> prefecture_of("142115"), prefecture_of("")
    ('14', '')
    """
    return municipality[:2]
