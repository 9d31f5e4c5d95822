"""The small words of languages in Latin letters: articles, pronouns, prepositions, verbs such as "is". Every sentence needs some."""

_LISTS = """
en: the and of to is that it was for with are this have you not but they his from what there which would been were your can when will who their about an be as at has had she him her my we our if so do all by out them no or on in just like more some than then how because should could very only also these those into over after people why does did don
de: der die das und ist nicht ich sie ein eine mit auf für auch dass von den dem wie noch nur wird sind aber oder wenn bei wir haben hat zu es im kein schon einen einem einer des er sich als so was man zum zur nach vor aus über mehr mir mich du da doch mal immer hier werden wurde kann muss war warum weil diese dieser dieses ihr euch uns gegen am um bis sehr ganz keine hab bist bin habe dann ja sein durch jetzt wieder alle können unter vom gut gibt hatte ihre seine alles geht viel zeit ab machen denn meine damit dir ohne beim etwas waren zwei mein eines seit soll selbst wo dich menschen heute kommt nichts nun würde wer macht
fr: le la les des et est une que qui dans pour pas sur avec plus ce il elle nous vous mais ou sont cette au aux du je ne se été très c'est être comme un en de par son sa ses leur leurs ont fait tout tous bien on si y où donc quand même moi toi ça ils elles cela ces était sans peut aussi encore faut avoir suis êtes quoi j'ai qu'il n'est d'un d'une qu tu ai me mon lui deux après non va alors avait entre autres dit ma là peu autre rien dire te fois toujours bon contre votre avant depuis notre sous moins dont soit trop ton toute chez gens juste ainsi mes beaucoup quelques comment
es: el los las y que en un una por con para no es lo como más pero sus se al del ya muy este esta todo también hay cuando porque ser son está qué su le de la me mi te tu si sin sobre entre fue ha han era hasta donde desde nos yo él ella ellos nada eso esto quien así solo sí ese esa estos ni les tiene hace eres soy esos todos dos bien puede hacer ahora vez parte algo tiempo día uno mejor mucho tan ver mismo siempre tengo cada después están estado estoy va mas otro otros otra cosas gran menos nunca tanto antes poco sea había tener trabajo durante lugar creo cómo hecho sólo
pt: o os as e que em um uma por com para não é como mais mas seus se ao do da dos das já muito este esta também foi quando porque ser são está você isso na no nas nos pelo pela sua seu ele ela eles à ou tem de me meu minha eu só até sem sobre nem quem onde essa esse isto vai ter aos depois bem há nós tudo nada num numa vocês dia mesmo pode pessoas te ainda aqui fazer anos todos agora entre era assim estão tempo tenho ver bom foram sempre ano grande vez apenas coisa sou suas dois nunca todo quero parte outros hoje sei tão então nossa faz qual às quer estou trabalho pra tá vc nao né pq mto cara gente porra aí ali dele dela deles delas nesse nessa desse dessa deste desta neste nesta quais cada seja
it: il gli di e che è un una per con non sono come più ma della delle del nel alla anche questo questa ho si lo ci molto perché quando essere stato la le i in da al dei dal dalla nella sul sulla ha hanno mi ti ne se su o tutto tutti cosa io lui lei noi loro suo sua suoi era chi dove solo ancora già così fa poi sempre quello quella degli alle c'è dell nell ad cui ed tra fatto prima parte anni due sia ai fare dopo uno me senza mai ogni altri ora mio può quanto mia tempo vita nei sei quindi secondo hai proprio altro bene grazie modo dai nelle vi persone qui sta te volta dire
nl: de het een en van is dat niet ik je zijn op te met voor ook maar aan er wordt dit naar bij nog wel geen hebben heeft als uit over deze was die hij ze we wij zij om door dan kan moet zo mijn hun haar daar hier toch al meer veel worden werd waren wat wie hoe waarom omdat tot tegen onder alle alleen altijd jij jullie u mensen bent heb nu ben kunnen me na ons waar onze wil zich zou doen andere dus maken mij twee weer zal moeten eerste eens heel zoals iets toen hem tijdens tussen ja alles net via even gewoon af zonder steeds eigen maakt willen iedereen weg iemand
sv: och att det som en är av för inte på jag med den till har om ett var men från eller vi de så kan när också bara vara mycket han hon sig man då ska vad nu där här alla detta hade blir blev skulle utan mot under efter hur ut vill din min mig du era inget någon något många kommer får bra finns ha dig ju lite upp gör få mer än göra över ni ta allt måste går även andra bli ja kanske vid ingen två varför dem sin helt gå väl fick oss säger aldrig varit mitt rätt dom sedan själv några tog gick såg gav stod låg
da: og at det som en er af for ikke på jeg med den til har om et var men fra eller vi de så kan når også bare være meget hvad han hun sig man da skal nu der her alle dette havde bliver blev ville uden mod under efter hvor ud vil din min mig du jer ingen nogen noget mange hvis mere selv deres os må få andre ved får denne se kommer før alt flere helt ser hvordan jo kunne sin god godt dem skulle kom disse ja hvorfor fordi hans ned store tre sine tog gik gav stod lå
no: og at det som en er av for ikke på jeg med den til har om et var men fra eller vi de så kan når også bare være mye hva etter bli han hun seg man da skal nå der her alle dette hadde blir ble ville uten mot under hvor ut vil din min meg du dere ingen noen noe mange hvis mer selv deres oss ikkje eg ein eit må ha deg få opp andre ved vært inn denne enn før hvordan kunne siden sin folk si god dem skulle slik bra kom samme disse gå ja blitt mellom tid hvorfor rett fordi hans nei ned sine mest tilbake tok gikk ga sto lå
fi: ja on ei se että hän oli mutta niin kun mitä myös kuin ovat tai joka minä sitä nyt vain ole olla tämä jos sen hyvin kaikki mukaan jo he sinä te me en et olen olet ollut koska miksi siitä siinä tässä näin vielä voi sitten eikä jotka kanssa ennen jälkeen minun niitä nämä olisi kyllä ne hyvä sekä miten paljon ihan mitään tulee hänen vaan aina eivät koko kuitenkin vaikka mikä vuoden aika eli jossa tämän noin siis sillä ehkä itse onko tuo vähän yksi jotain juuri jonka kuten kaksi lisäksi taas enää joku siihen enemmän eri ettei
pl: i w nie na się że to jest z do jak ale co za tak od po czy przez już tylko są może jego dla był które bardzo o ma ten ta te tym tego ich jej go by było była być który która gdy jeszcze lub oraz też mnie mi ja ty wy on ona my więc bo kto gdzie dlaczego wszystko nic pod przed przy bez jako jesteś jestem ze we ci masz będzie sobie mam jeśli roku kiedy nawet teraz coś lat tam tej żeby jednak można więcej nas także tu tych również takie ktoś niż dobrze zawsze właśnie aby albo mają którzy podczas bardziej nich raz mu nad nigdy im mamy chce innych je temu tutaj której którego których tą tę został została były byli nią niego niej nim ludzie ludzi swoje swój swoją naszej nasz czym czego nikt każdy każda
cs: a se v na je že to s z do jak ale co za tak od po by už jen jsou může jeho pro byl které velmi není ve jsem si jako i o k který která bylo byla být když nebo také má jejich aby jste jsme ho mu pak tam tady proč protože všechno nic ještě než před při bez pod nás vás mě ty vy my ani mi bude já až ze toho ten kde mám ne první tu podle pokud tom něco tím další mezi vám kdo moc své tomu asi kdy ji ti více dnes či mít takže nám však již nad jestli mají ta třeba den taky ke přes
sk: a sa v na je že to s z do ako ale čo za tak od po by už len sú môže jeho pre bol ktoré veľmi nie vo som si aj i o k ktorý ktorá bolo bola byť keď alebo tiež má ich aby ste sme ho mu potom tam tu prečo pretože všetko nič ešte než pred pri bez pod nás vás mňa ty vy my ani iba
sl: in je v na se da ne za z so ki s pa kot ni po tudi bi od iz ali še če ga bo lahko sem si kar le že pri ko ima samo zelo do o ta to ti tega te smo ste biti bil bila bilo jih jim ker kaj kako kje zakaj vse nič mi vi jaz on ona več pred pod brez tako med nekaj saj jo ob bodo kjer sta vedno veliko prav naj vam nas boste nam vendar dan bomo vas mu bili bolj danes dobro drugi proti seveda vsi prvi potem leto zdaj poleg mora res dve malo vsak eno nad nato celo dva
hr: i je u na se da za su s od ne što kao koji ali o to samo iz li će bi nije sam po do kako još sve si ima biti bio bila bilo ili kad kada ako te mi vi ja on ona oni njih ih mu ga ju koja koje jer zašto gdje ništa vrlo jako više prije poslije bez pod pred može već nema smo ste ovo ovaj taj toga sa tako pa ni nakon nego nas svi bili svoje tu bih nam nisu ti tome uz nešto ono koju svoj neće vam me neki ova jedna kroz iako
hu: a az és hogy nem is egy van ez meg de csak mint már volt ki el még vagy azt lesz nagyon ha minden kell én te ő mi ti ők mert amikor ezt ami aki akkor itt ott így úgy sem se be fel le hogyan miért pedig után előtt alatt között voltak vannak lehet kellene nincs most jó olyan ilyen vagyok majd nagy két ne új első több mindig nekem amit szerint mit egyik sok jól volna azért milyen igen lett ma miatt lenne által hát más mikor valami ben egész arra ezért ahol át ezek legyen rá elég neki aztán valaki év amely kicsit
ro: și în de la cu nu este pe care un o să mai din că a fost pentru sunt ca dar sau foarte acest această dacă au ai am eu tu el ea noi voi ei lui lor îi îl se te mi ne vă când cum unde ce cine tot toate după fără prin între fi era ar va vor doar decât ale al asta si sa le poate despre iar mult cel mare cele fie dintre timp până face pot chiar bine acum nici către două atunci unui avea cât mă cea unei multe ceea alte avut unul sub aici astfel zi prima trei orice spre asemenea ceva fiecare peste apoi
id: yang dan di ini itu dengan untuk tidak dari dalam akan pada juga saya ke karena ada mereka sudah bisa atau kami adalah oleh kita dia aku kamu anda nya lebih seperti sebagai telah belum hanya tapi tetapi kalau jika bukan jadi banyak orang semua lagi saja sangat harus nggak gak ga yg kenapa bagaimana apa menjadi tak baik satu saat tahun jangan hari dapat hal bahwa masih pernah mau lain sekarang baru sama seorang tersebut beberapa besar sendiri ingin sebuah ia setelah waktu sampai tempat membuat punya mungkin melakukan siapa tentang atas dua secara ketika cara para selalu lalu mengatakan hingga antara namun memiliki sejak pun agar serta maupun
ms: kerana boleh ialah iaitu daripada kepada apabila sahaja bahawa awak nak dah tak pun dengan yang untuk kita saya itu ini ada orang mereka oleh akan dalam sangat cuba macam kenapa diorang korang jugak lagi sudah tetapi beliau wang bila je la lah kat
fil: ang ng sa na at ay mga ko mo si ni hindi ito para kung may ako ka naman lang po ba siya kay yung nga pa din rin ikaw kami tayo sila niya nila namin natin dahil kasi pero wala walang mayroon isang dito doon ano sino bakit paano saan kanyang kaya lahat upang ngayon iyan nang huwag mula nito isa bilang kanilang dapat iba maaaring kahit kapag pamamagitan lamang kong panahon gusto hanggang naging pagkatapos tulad maging kailangan habang kanya sarili bago sabi ibig sabihin akin ilalim bawat gagawin tungkol
vi: không là của và có được cho một người này đã với trong các những tôi thì mà rất khi đó cũng để từ về như nhưng hay vì sao ra vào lên đến ở nào anh chị em bạn họ chúng ta nó hơn nếu bị làm đang sẽ nhiều phải mình lại đi rồi chỉ còn ông bà nên gì tại năm sự chính ngày số nhà trên việc sau điều thế bộ theo con nhất đây cả cần biết khác trước bản nói cùng cao thấy qua mới cơ bằng ngoài tới vậy tháng lớn thường cuộc nhận quá hoặc
tr: ve bir bu da de için ile çok ne ama daha gibi olarak var ben o kadar değil mi sonra her şey olan en ki mı mu sen siz biz onlar bana sana ona onun benim senin hiç yok bile iyi diye ya yani çünkü nasıl neden kim şu böyle öyle olduğu oldu olur etmek eden tarafından artık hem veya ise önce şimdi bunu bunun sadece ilk iki tek tüm göre seni beni doğru olduğunu kendi birlikte diğer olmak ancak biri işte olsun bütün iş yine tam bizim az bazı onu üç biraz ayrıca etti hiçbir ilgili yapılan bize fakat kez zaten sizin hep eğer herkes içinde üzerinde üzerine vardı vardır değildir edildi ettiği olması dedi lazım zaman adam insan insanlar yaptı yapmak bunlar şunu ülke bizi sizi sanki niye bence ediyor oluyor yapıyor geliyor olmayan birçok başka arasında yıl yılında tarafindan
az: və bir bu da də üçün ilə çox nə amma daha kimi olaraq var mən o qədər deyil sonra hər olan ən ki sən siz biz onlar mənə sənə ona onun mənim heç yox yaxşı deyə ya yəni çünki necə niyə kim belə elə olub olur edən tərəfindən artıq həm isə indi bunu bunun
ca: el la els les i que en un una per amb no és com més però dels se al del ja molt aquest aquesta tot també hi ha quan perquè ser són està què seu seva li de em meu si sense sobre entre va fins on des nosaltres ell ella ells res això allò només ni té fer aquests jo tu ens us ho pel pels es als van han estat fa era tots després altres encara seus hem havia així durant qui contra tant primer he mateix cada vaig bé seves tenir tan nostra aquí abans et nostre haver estan nostres qual uns aquestes poder altre totes tenim tota anar
gl: o os as e que en un unha por con para non é como máis pero seus se ao do da dos das xa moi este esta tamén foi cando porque ser son está isto na no nas nos polo pola súa seu el ela eles á ou ten de me meu miña eu só ata sen sobre nin onde esa ese vai nós todo nada nunha vostede hai
eu: eta da ez du bat dira dut baina ere hau hori zen oso baino izan egin duen dela den dute dago gu ni zu hura haiek bere gure zure nire nola noiz zer nor non zergatik edo beste guztiak bezala gabe arte orain hemen han horrek honek ditu zuen nahi behar dugu duzu daude badira
et: ja on ei see et ta oli aga nii kui mida ka kas või mis ma seda nüüd ainult ole olla selle väga kõik juba nad sina te me sa olen oled olnud sest miks sellest selles siin veel saab siis ega kes koos enne pärast minu neid need oma mitte pole
lv: un ir ka ar no par uz tas tā bet arī nav es tu viņš viņa mēs jūs kas ko kā ja vai to bija būs jau tikai ļoti pie pēc līdz vēl kad kur kāpēc savu mani tev man mums viņi šis šī tie visi tad lai bez pret var nekas jo vairāk gan ne tik nu esmu kaut pa tiek pat būt taču pirms tika tāpēc esi jā nekā tomēr vien nē te dēļ starp esam
lt: ir yra kad su iš į tai bet taip pat ne nėra aš tu jis ji mes jūs kas ką kaip jei ar buvo bus jau tik labai prie po iki dar kada kur kodėl savo man tau mums jie šis ši tie visi tada be prieš gali nieko nes daugiau už apie dėl jo jų ant per kuris kuri nuo kai bei arba nors pagal net nei vienas vis mano jog jums tarp jeigu kiek gal tiesiog pats kol tas toks toliau taigi
is: og að er í á ekki sem ég það við um en til með hann var fyrir af því eru hún þetta frá þú þeir þær hvað svo bara mjög líka þegar hafa hefur vera verið eða ef nú hér þar allir mér mig þér sér sig okkur úr upp út niður hvar hvernig hvers vegna minn þinn
ga: agus an na ar is ní tá go le sé sí bhí mé tú sin seo ag don leis aige aici againn acu chun faoi ach mar nach bhfuil raibh sna den dá gach níl dom duit dó muid siad cad cén conas nuair má níos anseo ansin
cy: y yr a yn i ar o mae ac am gan ei eu fy dy nid ddim oedd wedi bod i'r o'r a'r sy sydd hwn hyn hon ond neu fel pan os mwy iawn hefyd fi ti ef hi ni chi nhw beth pwy ble pam sut roedd bydd yma yna hynny un wrth dim eich ein
sq: dhe të në e i një që për me nuk është si por më ka kjo ky ata ne ju unë ti ai ajo nga do kur ku pse çfarë janë ishte kam ke kemi keni kanë shumë vetëm edhe ose nëse këtë këto tij saj tyre pa mbi nën duke mund duhet jo po kështu
sw: kuhusu mzuri nzuri ambao ambayo mji nchi serikali nadhani wale ndiyo ndio ya na wa kwa ni la katika hii hiyo kuwa za si yake wao mimi wewe sisi ninyi yeye lakini kama pia sana au bila hata tu kila watu mtu huu huo hili hizi vya cha alikuwa walikuwa amesema kwamba ili baada kabla wakati sasa kutoka nini nani wapi kwanini vipi hapa pale hakuna yangu yako wetu wote yote zote
af: die en van is dat nie ek jy hy sy ons julle hulle het 'n in op te met vir ook maar aan daar word hierdie na by nog wel geen as uit oor was om deur dan kan moet so my jou haar hier tog al meer baie wees wat wie hoe waarom omdat tot teen onder alle net altyd sal wil gaan se
eo: la kaj de en estas ke ne mi vi li ŝi ĝi ni ili al por kun sed ĉi tiu tio kiu kio kiel kiam kie kial ĉu estis estos havas povas ankaŭ nur tre pli ol aŭ se ĉar jam ankoraŭ sia mia via lia nia ilia ĉiuj ĉio iu ion oni per pri el dum post antaŭ
ha: da a na ta ya ba ne ce su mu ku ni kai ke shi ita don ga daga wannan wani wata amma kuma idan ko yadda lokacin saboda sun yana tana suna muna kuna ina zai za mai masu sosai duk babu akwai nan can me wane yaya mutane kasa
yo: ni ti ati ninu o wọn si fun pe lati naa ko bi ṣe jẹ ilu àti láti tí wọ́n sí nínú jẹ́ náà kò bí òun èyí ìyẹn rẹ̀ wa mi pẹ̀lú gbogbo
so: iyo waxaa in ka ku oo ah la uu ay soo si waa aan ugu kale lagu laga markii maxaa waxay wuxuu inay inuu balse haddii sida wax dad dadka badan mid kasta isaga iyada annaga idinka iyaga anigu adigu halkan maya haa
zu: ukuthi futhi kodwa uma ngoba kanye yini lapha khona kakhulu noma kuphela wena mina thina bona yena umuntu abantu lokho lokhu lezi laba ngale wami wakho sonke zonke bonke akukho ukuze kufanele manje
xh: ukuba kwaye kodwa kuba kunye apha apho kakhulu okanye kuphela wena mna thina bona yena umntu abantu oko oku ezi aba ngoku wam wakho sonke zonke bonke akukho ukuze kufuneka
uz: va bu bir uchun bilan ham emas bor yo'q men sen u biz siz ular nima kim qanday qachon qayerda nega lekin ammo yoki agar chunki juda ko'p eng shu o'sha hamma hech keyin oldin hozir kerak mumkin edi edim bo'lgan bo'ldi qilish deb o'z bo'lsa uning mening sizning bizning
mt: il u li ta ma hija huwa dan din f' b' għal minn ta' fil tal bil mal kien kienet jew imma għax kif meta fejn għaliex x' jien int hu hi aħna intom huma xejn kollox iktar ħafna biss wkoll issa hawn hemm kull kollha lil lill
jv: sing lan ing iki kuwi karo kanggo ora saka bakal uga aku kowe dheweke kita padha wis durung mung nanging yen utawa amarga kabeh akeh wong banget ana ngerti kok piye ngapa endi sapa kaya maneh dadi isih
ceb: ang sa nga mga ug ni ko ka siya kami kita sila dili wala aduna kini kana adto dinhi diha kung tungod apan unsa kinsa asa ngano nganong kanus karon usa ra lang pud usab gyud kaayo iyang akong imong ilang among atong para aron
ht: nan yo li ki ak pou se yon ou mwen nou pa gen sa te ap la a men anpil tout kòm lè si poukisa kijan kisa kote sou avèk paske kapab dwe fè moun peyi ayiti epi oswa toujou
lb: an déi dat ass net mat op fir och vun dem wéi nach nëmmen sinn awer oder wann mir hunn huet ze et am keen schonn en engem enger hien sech als sou wat zu no aus iwwer méi mech du do well dëse dëst eis géint bis ganz
fo: og at tað sum ein er av fyri ikki á eg við hann til hevur um eitt var men frá ella vit tey so kann tá eisini bara vera nógv hvat hon seg man skal nú har her øll hetta hevði verður varð uttan móti undir eftir hvussu út vil tín mín meg tú
hi-Latn: hai hain nahi nahin ka ki ke ko kya aur mein se toh bhi kar karo karna raha rahe rahi tha thi hoga hona ho hum tum tera tere teri mera mere meri apna apne apni yeh ye woh wo jo kyun kyu kyon bahut bohot acha accha achha wala wale wali sab kuch koi matlab yaar bhai hi liye liya gaya gayi kiya diya ab abhi jab tab phir fir agar lekin magar iska uska iske uske isko usko unka inka unko hota hoti hote kaise kaisa kahan yahan wahan log logo logon baat main mai mujhe tujhe tumhe humko aap aapko ek na bas sirf saath sath kabhi nhi nai krna kr rha rhe h hy hay wah jaise jaisa chahiye karte karta karti rahega karega ny nay kia kisi sy hn pe per par khud dekh bat han hua aa itna itni tak rhi gy gya kay aj apko yar phr jis agr gai dia tm jaye hun sahi krta keh apny aaj tumhari ghar naam bht jb pehle mn aisa sakta sakte achi chup iss kro pta kaam jao jata nh ker rhy aik hein tou bhe kha mil jaa raho rahein tumhein hamara hamare hamari tumhara tumhare inke inki unke unki isme usme jisko jiske jinke waale koi-bhi dono sabse zyada thoda pura poora ladki ladka aurat aadmi desh insaan dil pyaar pyar chahta hoon hu mujhko tumko aise waise jinhe unhe inhe
"""
#: Letters that few languages have. In detection each counts as a small word.
_LETTERS = """
ß: de | ä: de fi sv et sk | ö: de fi sv tr hu et az is | ü: de tr hu et az es | ğ: tr az | ı: tr az | ş: tr az | ç: fr pt tr ca sq az | â: fr pt ro vi tr cy | ê: fr pt vi cy
è: fr it ca | ù: fr it vi | ò: it ca vi | ì: it vi | û: fr cy | î: fr ro cy | ô: fr pt sk vi cy | œ: fr | ë: fr nl sq lb | ï: fr nl ca
ñ: es gl eu fil | ¿: es | ¡: es | ã: pt vi | õ: pt et vi | ú: es pt hu cs sk is ga vi | í: es pt hu cs sk is ga vi | ó: es pt pl hu sk is ga vi | á: es pt hu cs sk is ga vi | é: fr es pt hu cs sk it ca vi nl | à: fr it ca pt vi
å: sv da no fi | ø: da no fo | æ: da no is fo | ł: pl | ą: pl lt | ę: pl lt | ś: pl | ź: pl | ż: pl mt | ć: pl hr | ń: pl
ř: cs | ů: cs | ě: cs | ň: cs sk | ť: cs sk | ď: cs sk | ľ: sk | ĺ: sk | ŕ: sk | č: cs sk sl hr lt lv | š: cs sk sl hr lt lv et | ž: cs sk sl hr lt lv et | ý: cs sk is vi fo | đ: hr vi
ő: hu | ű: hu | ț: ro | ș: ro | ă: ro vi | ţ: ro | ė: lt | ų: lt | ū: lt lv | į: lt | ā: lv | ē: lv | ī: lv | ķ: lv | ļ: lv | ņ: lv | ģ: lv | ð: is fo | þ: is
ə: az | ħ: mt | ġ: mt | ċ: mt | ŵ: cy | ŷ: cy | ẹ: yo vi | ọ: yo vi | ṣ: yo | ĉ: eo | ĝ: eo | ŝ: eo | ŭ: eo | ơ: vi | ư: vi | ế: vi | ạ: vi | ả: vi | ấ: vi | ộ: vi
"""

#: For each language code (BCP 47) its small words.
SMALL_WORDS: dict[str, frozenset[str]] = {
    code: frozenset(words.split()) for code, _, words in (line.partition(": ") for line in _LISTS.strip().splitlines())
}
#: For each letter the languages that have it.
LETTERS: dict[str, frozenset[str]] = {
    letter: frozenset(codes.split())
    for letter, _, codes in (entry.strip().partition(": ") for entry in _LETTERS.strip().replace("\n", "|").split("|"))
}
#: Smaller languages whose small words a larger neighbour shares. They never make the larger one unsure.
LESSER = {
    "ms": "id",
    "jv": "id",
    "gl": "pt",
    "fo": "da",
    "ceb": "fil",
    "ht": "fr",
    "lb": "de",
    "af": "nl",
    "xh": "zu",
    "sk": "cs",
    "az": "tr",
    "ca": "es",
}
#: Of these, the ones that are about as likely as their neighbour. With the same evidence for both, neither is sure.
TWINS = frozenset({"sk"})

#: Roman Urdu has the small words of Hinglish. These words tell it from Hinglish, with at least FEWEST_OF_URDU of them.
ROMAN_URDU = frozenset(
    [
        "mulk",
        "hukumat",
        "hakoomat",
        "awam",
        "awaam",
        "khuda",
        "allah",
        "inshallah",
        "mashallah",
        "ghairat",
        "beghairat",
        "beghairti",
        "qaum",
        "wazir",
        "azam",
        "tehreek",
        "khilaf",
        "zalim",
        "munafiq",
        "jahil",
        "jaahil",
        "imran",
        "nawaz",
        "sharif",
        "zardari",
        "pakistan",
        "pakistani",
        "muslim",
        "musalman",
        "islam",
        "deen",
        "namaz",
        "masjid",
        "maulana",
        "molvi",
        "mazhab",
        "aik",
        "hein",
        "hen",
        "tou",
        "bhe",
        "humare",
        "khabar",
        "masla",
        "waqt",
        "ghalat",
        "ziada",
        "kafir",
        "qadiani",
        "qoum",
        "riasat",
        "sahafi",
        "aurton",
        "mard",
        "aurat",
    ]
)
FEWEST_OF_URDU = 2
