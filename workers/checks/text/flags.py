"""Flags: two regional indicators that name a country are a flag, not two letters."""

import re

#: Codes of the countries and territories that have a flag (ISO 3166-1, and EU, UN and the like).
_COUNTRIES = frozenset(
    re.findall(
        "..",
        "ACADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCPCQCRCUCV"
        "CWCXCYCZDEDGDJDKDMDODZEAECEEEGEHERESETEUEZFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUICIDIE"
        "ILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMX"
        "MYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSY"
        "SZTATCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUNUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW",
    )
)
_FIRST = 0x1F1E6
_RUN = re.compile("[\U0001f1e6-\U0001f1ff]{2,}")


def without_flags(text: str) -> str:
    """The text with a blank for each half of a flag. Runs in which not every pair is a flag stay: they are letters."""
    return _RUN.sub(_blank, text)


def _blank(run: re.Match[str]) -> str:
    letters = "".join(chr(ord(char) - _FIRST + ord("A")) for char in run[0])
    flags = all(letters[at : at + 2] in _COUNTRIES for at in range(0, len(letters), 2))
    return " " * len(letters) if flags else run[0]
