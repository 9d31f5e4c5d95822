"""The picture of a soak."""

from xml.etree import ElementTree as ET

from tests.soak.picture import charts, drawn


def test_each_process_and_each_file_has_a_line_of_its_own() -> None:
    samples = [
        {
            "at": f"2027-01-0{day}T00:00:00+00:00",
            "memory": {"web": 50 + day, **({"redis": 5} if day > 1 else {})},
            "files": {"log": day},
        }
        for day in (1, 2, 3)
    ]
    picture = ET.fromstring(drawn(charts({"a year & a day": samples})))
    names = [text.text or "" for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert "a year & a day: memory of each process, MB (PSS)" in names
    assert {"web: 53", "redis: 5", "log: 3"} <= set(names)
    lines = [line.attrib["points"].split() for line in picture.iter("{http://www.w3.org/2000/svg}polyline")]
    assert [len(points) for points in lines] == [3, 2, 3]
