// The word lists of the corpus: about a thousand words in the groups a sentence chooses from.

/// Word lists by rule name; entries are separated by commas and may be several words or hold slots.
enum Lexicon {
  static let lists: [(name: String, entries: String)] = [
    // Numbers, spelled as spoken.
    ("digit", "zero, oh, one, two, three, four, five, six, seven, eight, nine"),
    ("unit", "one, two, three, four, five, six, seven, eight, nine"),
    (
      "teen",
      """
      ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen
      """
    ),
    ("tens", "twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety"),
    ("small", "two, three, four, five, six, seven, eight, nine, ten, {teen}"),
    (
      "number",
      """
      {unit}, {teen}, {tens}, {tens} {unit}, {unit} hundred, {unit} hundred and {tens},
      {unit} thousand
      """
    ),
    (
      "ordinal",
      """
      first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh,
      twelfth, thirteenth, fourteenth, fifteenth, sixteenth, seventeenth, eighteenth,
      nineteenth, twentieth, twenty {low}, thirtieth, thirty first
      """
    ),
    ("low", "first, second, third, fourth, fifth, sixth, seventh, eighth, ninth"),
    ("hour", "one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve"),
    ("minutes", "ten, fifteen, twenty, thirty, forty, forty five, fifty, twenty {unit}"),
    (
      "time",
      """
      {hour} o'clock, half past {hour}, quarter past {hour}, quarter to {hour}, {hour} {minutes},
      {tens} past {hour}, {hour} in the {daypart}, noon, midnight
      """
    ),
    ("daypart", "morning, afternoon, evening"),
    ("weekday", "monday, tuesday, wednesday, thursday, friday, saturday, sunday"),
    (
      "month",
      """
      january, february, march, april, may, june, july, august, september, october, november,
      december
      """
    ),
    ("season", "spring, summer, autumn, winter"),
    ("date", "the {ordinal} of {month}, {month} the {ordinal}, {weekday} the {ordinal}"),
    (
      "when",
      """
      today, tomorrow, tonight, on {weekday}, next {weekday}, this {daypart}, at {time}, next week,
      next month, in the {daypart}, on {date}, in {small} minutes, in {small} hours, this weekend,
      after {meal}, before {meal}, every {weekday}, in {season}, in {month}
      """
    ),
    (
      "past",
      """
      yesterday, last night, last {weekday}, {small} days ago, this {daypart}, last week,
      last year, a moment ago, in {month}, last {season}, on {weekday} {daypart}, recently,
      earlier
      """
    ),
    ("holiday", "christmas, easter, halloween, thanksgiving"),
    ("meal", "breakfast, lunch, dinner, supper"),
    ("duration", "{small} minutes, {small} hours, {small} days, {small} weeks, {small} seconds"),
    ("span", "second, minute, hour, day, week, month, year, century"),

    // Spelling alphabet, for codes.
    (
      "letter",
      """
      alpha, bravo, charlie, delta, echo, foxtrot, golf, hotel, india, juliet, kilo, lima, mike,
      november, oscar, papa, quebec, romeo, sierra, tango, uniform, victor, whiskey, yankee, zulu
      """
    ),

    // The home.
    (
      "room",
      """
      kitchen, bedroom, bathroom, hallway, garden, office, attic, basement, balcony, nursery,
      lounge, living room, dining room, garage
      """
    ),
    ("light", "light, lights, lamp, spotlight, lantern, candles"),
    (
      "device",
      """
      heater, fan, television, radio, speaker, printer, computer, laptop, phone, camera, alarm,
      oven, dishwasher, toaster, kettle, fridge, freezer, vacuum, dryer, thermostat, doorbell,
      clock, projector
      """
    ),
    (
      "opening",
      """
      door, window, gate, curtains, blinds, drawer, cupboard, shutters, roof, box, bottle
      """
    ),
    ("setting", "volume, brightness, temperature, speed, level, timer"),
    ("direction", "left, right, up, down, forward, backward, north, south, east, west"),
    (
      "app",
      """
      calendar, calculator, map, browser, mailbox, notebook, music player, weather forecast
      """
    ),
    (
      "digital",
      """
      message, email, file, folder, photo, document, picture, video, letter, report, password,
      note
      """
    ),
    ("filework", "delete, save, send, print, copy, rename, share, edit, download, upload"),

    // Things.
    (
      "thing",
      """
      table, chair, sofa, bed, shelf, desk, mirror, carpet, pillow, blanket, basket, bucket,
      broom, plate, bowl, cup, glass, fork, knife, spoon, pan, towel, soap, toothbrush, comb,
      scissors, hammer, ladder, rope, key, wallet, umbrella, bag
      """
    ),
    (
      "clothing",
      """
      shirt, jacket, coat, sweater, skirt, dress, hat, cap, scarf, gloves, socks, shoes, boots,
      trousers
      """
    ),
    (
      "colour",
      """
      red, orange, yellow, green, blue, purple, pink, brown, black, white, grey, silver, golden,
      violet
      """
    ),
    ("material", "wood, metal, plastic, leather, cotton, wool, silk, paper, stone"),
    ("shape", "circle, square, triangle, line, star, arrow, cube, spiral"),
    (
      "quality",
      """
      old, new, big, small, heavy, broken, clean, dirty, cheap, expensive, beautiful, ugly, soft,
      hard, empty, full, strange, simple, modern, ancient, huge, tiny, narrow, wide, round, flat
      """
    ),

    // Animals and nature.
    (
      "animal",
      """
      dog, cat, horse, cow, pig, sheep, goat, chicken, duck, goose, rabbit, mouse, rat, hamster,
      fox, wolf, bear, lion, tiger, elephant, giraffe, zebra, monkey, gorilla, kangaroo, panda,
      camel, donkey, deer, squirrel, hedgehog
      """
    ),
    ("animals", "dogs, cats, horses, birds, cows, bees"),
    (
      "nature",
      """
      tree, flower, rose, tulip, leaf, branch, rock, river, lake, ocean, mountain, hill, valley,
      forest, island, desert, beach, cave, waterfall
      """
    ),

    // Food.
    (
      "food",
      """
      bread, butter, cheese, rice, pasta, soup, salad, pizza, chicken, beef, fish, ham, bacon,
      sausages, eggs, potatoes, tomatoes, onions, carrots, peas, beans, lettuce, cucumber, pepper,
      salt, sugar, flour, honey, jam, garlic, mushrooms, spinach, cabbage, pumpkin, corn, noodles,
      apples
      """
    ),
    ("drink", "water, milk, coffee, tea, juice, lemonade, wine, beer, cocoa, cider"),
    ("container", "bottle, glass, cup, jar, can, bowl, box, bag, slice"),
    ("taste", "sweet, sour, salty, bitter, spicy, fresh, delicious, crispy, raw, ripe"),
    ("cooking", "fry, boil, bake, grill, roast, chop, slice, peel, mix, heat, stir"),

    // People.
    (
      "name",
      """
      adam, alice, anna, ben, bob, carol, charles, daniel, david, diana, edward, ella, emily,
      emma, frank, george, grace, hannah, harry, helen, henry, jack, james, jane, john, julia,
      kate, laura, leo, linda, lisa, lucy
      """
    ),
    (
      "relative",
      """
      mother, father, sister, brother, uncle, aunt, cousin, grandmother, grandfather, daughter,
      son, wife, husband, nephew
      """
    ),
    (
      "job",
      """
      doctor, nurse, teacher, driver, pilot, farmer, baker, butcher, lawyer, engineer, painter,
      singer, actor, dentist, plumber, carpenter, gardener, waiter, chef
      """
    ),
    ("person", "{name}, my {relative}, the {job}"),
    (
      "bodypart",
      """
      head, hand, foot, arm, leg, knee, shoulder, back, neck, finger, thumb, toe, ear, eye, nose
      """
    ),
    (
      "feeling",
      """
      happy, sad, angry, tired, hungry, thirsty, nervous, excited, bored, lonely, proud, worried,
      afraid, surprised, sick
      """
    ),
    (
      "character",
      """
      kind, clever, funny, honest, lazy, polite, brave, shy, quiet, friendly, patient, rude
      """
    ),
    (
      "deed",
      """
      bought, found, lost, sold, broke, stole, painted, cleaned, carried, dropped, forgot, hid,
      repaired, borrowed
      """
    ),
    ("saw", "saw, heard, followed, chased, fed, watched, photographed, rescued"),
    ("movement", "walked, ran, swam, drove, climbed, jumped, danced, travelled, flew"),
    (
      "activity",
      """
      sleeping, reading, writing, cooking, cleaning, singing, dancing, running, swimming, walking,
      working, playing, shopping, studying, fishing, painting, driving, waiting, talking,
      laughing, crying
      """
    ),
    (
      "adverb",
      """
      quickly, slowly, quietly, loudly, carefully, happily, again, together, alone, often, always,
      never, sometimes, usually, rarely, suddenly, finally
      """
    ),

    // Places and travel.
    (
      "city",
      """
      london, paris, berlin, rome, madrid, tokyo, sydney, boston, chicago, dallas, denver,
      houston, seattle, miami, dublin, glasgow, manchester, oxford
      """
    ),
    (
      "country",
      """
      france, germany, italy, spain, england, scotland, ireland, canada, america, mexico, brazil,
      china
      """
    ),
    ("language", "english, french, german, spanish, italian, russian, chinese, japanese"),
    (
      "place",
      """
      airport, station, hotel, museum, library, park, school, hospital, bank, market, church,
      castle, bridge, theatre, cinema, restaurant, bakery, pharmacy, gym, stadium, university,
      harbour
      """
    ),
    (
      "vehicle",
      """
      car, bus, train, taxi, bicycle, motorbike, lorry, boat, ship, ferry, plane, helicopter,
      tram, van
      """
    ),
    (
      "position",
      """
      in, on, under, behind, beside, near, above, below, next to, in front of, between, inside,
      opposite, across from
      """
    ),
    ("route", "through, across, around, towards, along, over, past, into"),

    // Weather.
    (
      "weather",
      """
      sunny, cloudy, rainy, windy, snowy, foggy, stormy, cold, warm, hot, freezing, icy
      """
    ),
    ("storm", "rain, snow, thunder, lightning, fog, hail, wind, sunshine"),

    // Music, arts, sport, school.
    ("instrument", "piano, guitar, violin, drums, flute, trumpet, cello, harp, saxophone"),
    ("genre", "jazz, rock, pop, classical, folk, blues, country, dance"),
    ("track", "song, album, playlist, concert, symphony, melody, tune, podcast"),
    (
      "sport",
      """
      football, tennis, basketball, baseball, hockey, golf, cricket, rugby, volleyball, chess
      """
    ),
    (
      "subject",
      """
      history, science, geography, mathematics, physics, chemistry, biology, art, music
      """
    ),

    // Money.
    ("currency", "dollars, pounds, euros, cents, pence"),
    ("payment", "rent, bill, ticket, taxes, insurance, loan"),
    ("cash", "money, cash, credit card, cheque, coins"),
    ("unit_of", "kilos, grams, litres, metres, miles, inches, degrees, percent, kilometres"),

    // Small words with many uses.
    ("owner", "my, your, his, her, our, their, the, this, that"),
    ("polite", "please, could you, would you, can you, kindly, i want you to"),
    ("subject_i", "i, you, we, they"),
    ("intend", "want to, need to, have to, would like to, must, should, will, might, hope to"),
    ("opinion", "think, believe, know, guess, hope, hear, doubt, suppose, remember, agree"),
    ("hello", "hello, hi, good morning, good evening, good night, welcome, goodbye, thank you"),
    ("amount", "some, many, more, enough, several, any, plenty of, a few, less, all"),
    (
      "event",
      """
      party, meeting, wedding, birthday, holiday, lesson, exam, interview, appointment, festival,
      picnic, conference, match
      """
    ),
  ]
}
