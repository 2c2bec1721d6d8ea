// The sentence patterns of the corpus, over the word lists of `Lexicon`.

import Foundation

/// The grammar of the bundled task: about a thousand words, sentences of 1 to 14 words that somebody
/// might say to a device, a shop, a friend.
package enum CorpusGrammar {
  /// The grammar; its shares give digit strings and codes, short commands and lists their part.
  package static let grammar: Grammar = {
    let lists = Lexicon.lists.map { (name: $0.name, alternatives: split($0.entries, at: ",")) }
    let rules = patterns.map { (name: $0.name, alternatives: split($0.lines, at: "\n")) }
    do {
      return try Grammar(
        definitions: lists + rules,
        groups: [
          .init(share: 0.79, rule: "SENTENCE"), .init(share: 0.08, rule: "DIGITS"),
          .init(share: 0.06, rule: "COMMAND"), .init(share: 0.07, rule: "LIST"),
        ],
        repeatable: [
          "digit", "unit", "tens", "teen", "number", "small", "letter", "qualified", "hour", "time",
          "person", "when", "d2", "d3", "d4",
        ])
    } catch {
      // The grammar is part of the program: a slip in it is a bug that the tests catch at once.
      fatalError("\(error)")
    }
  }()

  private static func split(_ text: String, at separator: Character) -> [String] {
    text.split(separator: separator).map {
      $0.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }
    .filter { !$0.isEmpty }
  }

  private static let patterns: [(name: String, lines: String)] = [
    ("d2", "{digit} {digit}"),
    ("d3", "{digit} {digit} {digit}"),
    ("d4", "{digit} {digit} {digit} {digit}"),
    (
      "DIGITS",
      """
      {d3}
      {d4}
      {d4} {digit}
      {d3} {d3}
      {d3} {d4}
      {d4} {d4}
      {digit} double {digit} {d2}
      {d2} triple {digit}
      call {d3} {d4}
      my number is {d3} {d3}
      the code is {d4}
      dial {d3} {d3}
      {letter} {letter} {d2}
      {letter} {d3} {letter}
      {letter} {letter} {letter}
      flight {letter} {digit} {d3}
      room {d3}
      {number}
      channel {number}
      gate {letter} {small}
      {number} plus {number}
      {number} minus {number}
      {small} times {number}
      {digit} point {d2}
      """
    ),
    (
      "COMMAND",
      """
      yes
      no
      stop
      go
      start
      pause
      continue
      cancel
      help
      repeat
      okay
      on
      off
      {digit}
      {direction}
      go {direction}
      turn {direction}
      look {direction}
      move {direction}
      {hello}
      {hello} {name}
      volume up
      volume down
      louder please
      quieter please
      faster
      slower
      lights on
      lights off
      play
      next
      previous
      back
      enter
      undo
      mute
      yes please
      no thanks
      next page
      wake up
      be quiet
      come here
      sit down
      stand up
      hurry up
      wait a moment
      open the {opening}
      close the {opening}
      lock the {opening}
      {cooking} it
      {filework} it
      {colour}
      {weekday}
      {month}
      {number}
      step {direction}
      draw a {shape}
      faster please
      start again
      go home
      answer the phone
      """
    ),
    (
      "LIST",
      """
      {food} {food} and {food}
      {food} and {drink}
      {food} {food} {food} and {food}
      {colour} {colour} and {colour}
      {colour} {animal} {colour} {animal}
      a {animal} a {animal} and a {animal}
      the {animal} and the {animal}
      {name} {name} and {name}
      a {thing} and a {thing}
      a {thing} a {thing} and a {thing}
      my {clothing} and your {clothing}
      {city} {city} and {city}
      {sport} and {sport}
      {instrument} and {instrument}
      the {bodypart} the {bodypart} and the {bodypart}
      from {city} to {city}
      from {hour} to {hour}
      {quality} and {quality}
      {character} and {character}
      {subject} and {subject}
      {activity} and {activity}
      {food} or {food}
      """
    ),
    ("qualified", "a {quality} {thing}\nthe {colour} {thing}"),
    (
      "SENTENCE",
      """
      turn on the {light} in the {room}
      turn off the {light} in the {room}
      {polite} turn {direction} the {setting} of the {device}
      switch on the {device}
      switch off the {device} in the {room}
      {polite} switch off the {device}
      set the {setting} to {number} percent
      set the {device} to {number} degrees
      set a timer for {duration}
      set an alarm for {time}
      wake me up at {time}
      remind me to call {person} {when}
      remind me to {cooking} the {food} in {duration}
      increase the {setting} of the {device}
      reduce the {setting} by {number}
      raise the {setting} a little
      lower the {setting} of the {device} {when}
      open the {opening} in the {room}
      close the {opening} of the {room}
      {polite} open the {opening}
      is the {opening} in the {room} locked
      connect the {device} to the {device}
      the {device} in the {room} is {quality}
      start the {device} {when}
      stop the {device} in {duration}
      where is the {colour} {thing}
      where did {name} put the {thing}
      what is in the {container}
      make the {light} {colour}
      dim the {light} in the {room}
      {polite} open the {app}
      show me the {app}
      add {food} to the shopping list
      add {food} and {food} to my list
      {polite} {filework} the {digital}
      {filework} the {digital} and close the {app}
      send a {digital} to {person}
      {filework} all the {digital} of {month}
      read the last {digital} from {name}
      the {digital} is in the {colour} {digital}
      scroll {direction} to the next {digital}
      who sent this {digital}
      find the {digital} about {subject}
      what time is it in {city}
      it is {time}
      it is {time} in {country}
      what is the date {when}
      my birthday is on {date}
      the {event} is on {date}
      the {event} starts at {time}
      the {event} with {person} is {when}
      cancel the {event} on {weekday}
      move the {event} to {weekday} at {time}
      are you free {when}
      let's meet at the {place} at {time}
      let's meet {when}
      we will arrive {when}
      {holiday} is in {season}
      what are you doing for {holiday}
      happy {holiday} to you and your {relative}
      how many {span} are in a {span}
      a {span} is longer than a {span}
      the next {vehicle} leaves at {time}
      the {vehicle} to {city} leaves at {time}
      the {vehicle} from {city} is late
      book a flight from {city} to {city}
      how far is it from {city} to {city}
      a ticket to {city} for {weekday} please
      i want to travel to {country} in {season}
      she lives in {city} with her {relative}
      {name} comes from {country}
      {name} flew to {city} {past}
      have you ever been to {city}
      the weather in {country} is {weather}
      how do i get to the {place}
      is there a {place} near the {place}
      turn {direction} at the {place}
      the {place} is {position} the {place}
      {name} is waiting at the {place}
      take the {vehicle} to the {place}
      go {direction} for {small} {unit_of}
      they {movement} {route} the {nature}
      she {movement} {route} the {nature} {adverb}
      the {vehicle} is parked {position} the {place}
      we {movement} to the {place} {past}
      my {vehicle} is {quality}
      the {colour} {vehicle} is {position} the {vehicle}
      {name} speaks {language} and {language}
      how do you say {food} in {language}
      we learn {language} and {subject} at school
      translate this {digital} into {language}
      will it be {weather} {when}
      it was {weather} and {weather} {past}
      there will be {storm} {when}
      {storm} and {storm} are expected in {city}
      do i need a {clothing} {when}
      i like {season} because it is {weather}
      the {nature} is covered with {storm}
      what is the temperature in {city}
      the {animal} is {activity} {position} the {nature}
      a {animal} is {position} the {nature}
      the {colour} {animal} {saw} the {animal}
      my {relative} {saw} a {animal} {past}
      the {animal} is {weather_free}
      the {quality} {animal} is {activity} {adverb}
      {animals} and {animals} live on the farm
      {small} {animals} are {activity} in the {nature}
      do {animals} eat {food}
      feed the {animal} {when}
      have you seen my {animal}
      the {nature} is {position} the {nature}
      look at the {quality} {nature}
      the {nature} looks {quality} in {season}
      we camped {position} the {nature}
      i would like {food} with {food} for {meal}
      i would like a {container} of {drink}
      {polite} bring me a {container} of {drink}
      can i have {food} and {drink} please
      this {food} is too {taste}
      the {food} tastes {taste}
      {cooking} the {food} for {small} minutes
      {cooking} the {food} with {food} and {food}
      first {cooking} the {food} then {cooking} the {food}
      do you like {taste} {food}
      we need {amount} {food} and {amount} {drink}
      buy {small} {unit_of} of {food}
      there is {amount} {food} in the {device}
      my {relative} made {food} for {meal}
      {name} eats {food} for {meal}
      {name} drinks {drink} with {food}
      how much is the {food}
      the {taste} {food} is {position} the {food}
      order a pizza with {food} and {food}
      what is for {meal} {when}
      {person} {deed} a {quality} {thing}
      {person} {deed} the {colour} {thing} {past}
      {name} {deed} {owner} {thing} {past}
      i {deed} a {thing} and a {thing}
      there is a {thing} {position} the {thing}
      put the {thing} {position} the {thing}
      {owner} {thing} is made of {material}
      the {thing} is {quality} and {quality}
      give {name} the {thing}
      can i borrow your {thing}
      who {deed} my {thing}
      {name} {deed} a {quality} {clothing}
      she is wearing a {colour} {clothing}
      he is wearing {colour} {clothing} and a {clothing}
      i like your {colour} {clothing}
      the {clothing} is made of {material}
      {material} is {quality}
      draw a {colour} {shape} {position} the {shape}
      my favourite colour is {colour}
      {colour} and {colour} make {colour}
      {person} is a {job}
      {owner} {relative} is a {character} {job}
      {name} is {character} and {character}
      {person} is very {character}
      {name} is {age} years old
      my {relative} is {feeling} and {feeling}
      are you {feeling}
      why are you so {feeling}
      i am {feeling} because of the {event}
      {person} is {activity} in the {room}
      {person} was {activity} {past}
      {subject_i} like {activity} and {activity}
      {name} likes {activity} in {season}
      {person} {adverb} goes {activity}
      {subject_i} {adverb} think about {activity}
      my {bodypart} hurts
      my {bodypart} and my {bodypart} hurt
      the doctor looked at my {bodypart}
      {name} broke his {bodypart} {past}
      {name} hurt her {bodypart} while {activity}
      wash your {bodypart} with {drink}
      call the {job} {when}
      ask the {job} about the {event}
      the {job} and the {job} are {activity}
      the {job} {movement} to the {place}
      is the {job} at the {place}
      {person} {movement} {adverb} to the {place}
      i {opinion} that {person} is {feeling}
      {subject_i} {opinion} that the {event} is {when}
      {subject_i} {opinion} it is {weather} in {city}
      do you {opinion} with {person}
      {subject_i} {intend} visit the {place} {when}
      {subject_i} {intend} learn {language}
      {subject_i} {intend} {cooking} the {food} {when}
      {subject_i} {intend} {filework} the {digital} {when}
      did {person} enjoy the {event}
      invite {person} and {person} to the {event}
      what did {name} say about the {event}
      who is {name}
      tell {name} that i am {feeling}
      say {hello} to {person}
      {hello} my name is {name}
      play {genre} music in the {room}
      play {amount} {genre} on the {instrument}
      play the next {track}
      {polite} play the {track} by {name}
      {name} plays the {instrument} {adverb}
      my {relative} plays the {instrument} and the {instrument}
      i like {genre} and {genre}
      what is the name of this {track}
      turn {direction} the {genre} {track}
      the {track} was {quality}
      can you play the {instrument}
      {name} plays {sport} on {weekday}
      do you want to play {sport}
      we played {sport} and {sport} {past}
      the {sport} match is {when}
      who won the {sport} game {past}
      {subject} is my favourite subject
      {name} studies {subject} and {subject}
      the {subject} exam is {when}
      the {thing} costs {number} {currency}
      i paid {number} {currency} for the {thing}
      do you accept {cash}
      pay the {payment} with {cash}
      the {payment} is {number} {currency}
      {polite} pay the {payment} {when}
      transfer {number} {currency} to {person}
      change {number} {currency} into {currency}
      how much money do you have
      {person} lost his {cash} in {city}
      the {small} {quality} {materials} are gone
      it is {number} {unit_of} long
      how many {unit_of} are {number} {unit_of}
      we have been {activity} for {duration}
      {person} will be back in {duration}
      i have not seen {person} since {weekday}
      the {ordinal} {span} of the {span}
      today is {weekday} the {ordinal} of {month}
      he was born in {month}
      what does this {thing} do
      which {thing} is yours
      which {vehicle} do you prefer
      please don't {cooking} the {food}
      i don't like {food}
      i can't find my {thing}
      i'm {feeling} {when}
      it's a {quality} {thing}
      that's a {quality} {vehicle}
      we're going to the {place} {when}
      where's the {place}
      what's the {setting} of the {device}
      don't forget the {thing}
      there isn't {amount} {drink} left
      she said that the {device} was {quality}
      he told me about the {event} in {city}
      if it is {weather} we {intend} stay at home
      when it is {weather} the {animal} stays {position} the {thing}
      """
    ),
    ("weather_free", "{feeling}\n{quality}\n{activity}"),
    ("age", "{teen}\n{tens}\n{tens} {unit}"),
    ("materials", "boxes\ncoins\nstones\nbooks\ntoys\nboats\nhouses\nletters\nkeys\nphotos"),
  ]
}
