package vantage

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxTimeLen is the longest text that is read as a time: the server chooses its length, and a fraction has no end.
const maxTimeLen = 64

// maxYear is the last one that RFC 3339 can write, in which times are handed on.
const maxYear = 9999

// ParseTime reads a time in any of the forms of ISO 8601: a date alone (its first moment), with or without a time of
// the day, seconds and a fraction of them, in the extended or the basic form, as a day of the year or of a week.
// Where it names no zone it is UTC, which " UTC" and " GMT" say too. It reports false for anything else, and for times
// before the year 1 or after the year 9999: a zone may lead there. The first moment of the year 1 is what some programs
// write for no time at all.
func ParseTime(text string) (time.Time, bool) {
	if len(text) > maxTimeLen {
		return time.Time{}, false
	}
	text = strings.ToUpper(strings.TrimSpace(text))
	for _, zone := range []string{" +0000 UTC", " UTC", " GMT", "UTC"} {
		if before, found := strings.CutSuffix(text, zone); found {
			text = before + "Z"
			break
		}
	}
	// A space may stand between date and time, and before the zone.
	if !strings.Contains(text, "T") {
		text = strings.Replace(text, " ", "T", 1)
	}
	text = strings.Replace(text, " ", "", 1)
	date, clock, hasClock := strings.Cut(text, "T")
	if !hasClock {
		// A zone makes sense with a time alone, but "2023-09-05+00:00" is what the API writes elsewhere.
		date, clock = cutZone(text)
	}
	day, ok := parseDay(date)
	if !ok {
		return time.Time{}, false
	}
	// The end of a day is the beginning of the next one.
	midnight := endOfDay.MatchString(clock)
	if midnight {
		clock = "00" + clock[2:]
	}
	for _, layout := range clockLayouts {
		if hasClock != strings.HasPrefix(layout, "15") {
			continue
		}
		if at, err := time.Parse("2006-01-02T"+layout, day+"T"+clock); err == nil {
			if midnight {
				at = at.AddDate(0, 0, 1)
			}
			at = at.UTC()
			return at, at.After(time.Time{}) && at.Year() <= maxYear
		}
	}
	return time.Time{}, false
}

// clockLayouts are those of what may follow a date: a time of the day, a zone, or both. A fraction of the seconds is
// read without being named.
var clockLayouts = func() (layouts []string) {
	for _, clock := range []string{"", "15:04:05", "15:04", "15", "150405", "1504"} {
		for _, zone := range []string{"", "Z07:00", "Z0700", "Z07"} {
			layouts = append(layouts, clock+zone)
		}
	}
	return layouts
}()

var endOfDay = regexp.MustCompile(`^24(:?00){0,2}([.,]0+)?(Z|[+-]|$)`)

// cutZone separates a date alone from the zone that follows it, if any: "Z", or an offset, which is told from the
// days of the month by its plus sign.
func cutZone(text string) (date, zone string) {
	if i := strings.IndexAny(text, "Z+"); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// parseDay returns a date in the form of the calendar.
func parseDay(date string) (string, bool) {
	for _, layout := range []string{time.DateOnly, "20060102", "2006-002", "2006002"} {
		if day, err := time.Parse(layout, date); err == nil {
			return day.Format(time.DateOnly), true
		}
	}
	return parseWeekDay(date)
}

// weekForm is a week of a year, and the day of it, Monday if there is none.
var weekForm = regexp.MustCompile(`^([0-9]{4})-?W([0-9]{2})(?:-?([1-7]))?$`)

func parseWeekDay(date string) (string, bool) {
	found := weekForm.FindStringSubmatch(date)
	if found == nil {
		return "", false
	}
	year, _ := strconv.Atoi(found[1])
	week, _ := strconv.Atoi(found[2])
	weekday := 1
	if found[3] != "" {
		weekday, _ = strconv.Atoi(found[3])
	}
	// The first week is that of 4 January.
	first := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	monday := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	day := monday.AddDate(0, 0, 7*(week-1)+weekday-1)
	if y, w := day.ISOWeek(); y != year || w != week {
		return "", false
	}
	return day.Format(time.DateOnly), true
}

// shownTime returns a time as the server writes it, or "" where it is none that can be read.
func shownTime(text string) string {
	if _, ok := ParseTime(text); !ok {
		return ""
	}
	return strings.TrimSpace(text)
}

// serverTime returns when an answer was given, by the server's clock where its Date header tells it.
func serverTime(h http.Header) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return time.Now()
}
