/* What is this frame: data of which channels, a signal, or nothing that is known? */
#include "stream/way.h"

#include "json/path.h"

void cmb_message_start(struct cmb_message *frame, struct cmb_text text, int64_t received_ns)
{
    frame->text = text;
    frame->received_ns = received_ns;
    frame->known = 0;
}

/* ---- terms ---- */

static void look_up(const struct cmb_plugin *plugin, struct cmb_message *frame, uint32_t i)
{
    if (cmb_json_path_find(frame->text, cmb_text_of(plugin->probes[i]), &frame->values[i], NULL) != CAMBIST_OK)
        frame->values[i].kind = CMB_JSON_NONE;
    frame->known |= (uint64_t)1 << i;
}

/* What stands at the path of a probe.  Looked up once per frame, and no further than it stands. */
static inline const struct cmb_json_value *probe(const struct cmb_plugin *plugin,
                                                 struct cmb_message *frame, uint32_t i)
{
    if (!(frame->known & (uint64_t)1 << i))
        look_up(plugin, frame, i);
    return &frame->values[i];
}

static inline bool is_one_of(struct cmb_text text, const struct cmb_frame_term *term)
{
    for (uint32_t i = 0; i < term->count; i++) {
        const struct cmb_frame_value *value = &term->values[i];
        if (value->is_beginning ? cmb_text_begins(text, value->text)
                                : cmb_text_is(text, value->text))
            return true;
    }
    return false;
}

static inline bool holds(const struct cmb_plugin *plugin, struct cmb_message *frame,
                         const struct cmb_frame_term *term)
{
    const struct cmb_json_value *value = probe(plugin, frame, term->probe);
    bool is_given = value->kind != CMB_JSON_NONE;
    if (term->test == CMB_ONE_OF)
        return is_given && is_one_of(value->raw, term);
    return is_given == (term->test == CMB_GIVEN);
}

bool cmb_message_meets(const struct cmb_plugin *plugin, struct cmb_message *frame,
                     const struct cmb_frame_rule *rule)
{
    if (rule->whole.at)
        return cmb_text_is(frame->text, rule->whole);
    for (uint32_t i = 0; i < rule->count; i++)
        if (!holds(plugin, frame, &rule->terms[i]))
            return false;
    return true;
}

/* ---- envelopes ---- */

/* What a wrapped frame holds; any other frame as it is. */
static struct cmb_text unwrap(const struct cmb_dialect *dialect, struct cmb_text text)
{
    struct cmb_json_reader reader;
    struct cmb_json_value key, value;
    cmb_json_init(&reader, text, 0);
    if (!dialect->envelope.at || !cmb_json_enter_object(&reader) ||
        !cmb_json_next_member(&reader, &key) || !cmb_json_is(&key, dialect->envelope))
        return text;
    do {
        if (!cmb_json_read_value(&reader, &value))
            return text;
        if (cmb_json_is(&key, dialect->content) && value.kind == CMB_JSON_OBJECT)
            return value.raw;
    } while (cmb_json_next_member(&reader, &key));
    return text;
}

/* Of a stream that is fed nobody knows which dialect it was: the first envelope that fits. */
static struct cmb_text content_of(const struct cmb_plugin *plugin, const struct cmb_line *line,
                                  struct cmb_text text)
{
    struct cmb_text content = text;
    if (line)
        return unwrap(line->dialect, text);
    for (uint32_t i = 0; i < plugin->dialect_count && content.at == text.at; i++)
        content = unwrap(&plugin->dialects[i], text);
    return content;
}

/* ---- values ---- */

struct cmb_text cmb_message_find(const struct cmb_message *frame, const char *path)
{
    struct cmb_json_value value = { 0 };
    if (!path || cmb_json_path_find(frame->text, cmb_text_of(path), &value, NULL) != CAMBIST_OK ||
        value.kind == CMB_JSON_NONE || value.kind == CMB_JSON_NULL)
        return (struct cmb_text){ 0 };
    return value.raw;
}

bool cmb_message_find_number(const struct cmb_message *frame, const char *path, int64_t *ret)
{
    struct cmb_text text = cmb_message_find(frame, path);
    return text.length && cmb_scaled_parse(text, 0, ret) == CMB_NUMBER_FINE;
}

/* ---- numbers that count all frames of a connection ---- */

static void break_all_books(struct cmb_stream *stream, struct cmb_line *line)
{
    struct cmb_subscription *subscription;
    TAILQ_FOREACH(subscription, &stream->subscriptions, link)
        if (subscription->feed && cmb_seat_of(subscription)->line == line)
            cmb_book_lost(subscription, CMB_BOOK_GAP);
}

/* A number that is not the last one's successor: something is missing on the connection. */
static void count_frame(struct cmb_stream *stream, struct cmb_line *line)
{
    int64_t number;
    if (!line || !line->dialect->row->sequence_counts_all ||
        !cmb_message_find_number(&stream->frame, line->dialect->row->sequence, &number))
        return;
    bool is_gap = line->has_sequence && number != line->sequence + 1;
    line->has_sequence = true;
    line->sequence = number;
    if (is_gap) {
        stream->counts.gaps++;
        break_all_books(stream, line);
    }
}

/* ---- signals ---- */

static void answer_signal(struct cmb_stream *stream, struct cmb_line *line,
                          const struct cmb_signal *signal)
{
    struct cmb_text number = cmb_message_find(&stream->frame, signal->row->number);
    cmb_line_say(line, &signal->answer, CMB_TEXT(""), CMB_TEXT(""), number);
}

static void take_signal(struct cmb_stream *stream, struct cmb_line *line,
                        const struct cmb_signal *signal)
{
    switch (line ? signal->row->means : CAMBIST_NOTICE) {
    case CAMBIST_ACKNOWLEDGES: cmb_acknowledge(line, signal, &stream->frame); break;
    case CAMBIST_REFUSES: cmb_refuse_message(line, signal, &stream->frame); break;
    case CAMBIST_LOGGED_IN: cmb_line_ready(line); break;
    case CAMBIST_ASKS: answer_signal(stream, line, signal); break;
    case CAMBIST_GOES_AWAY: cmb_line_hand_over(line); break;
    default: break;
    }
}

static const struct cmb_signal *find_signal(const struct cmb_plugin *plugin,
                                            struct cmb_message *frame)
{
    for (uint32_t i = 0; i < plugin->signal_count; i++)
        if (cmb_message_meets(plugin, frame, &plugin->signals[i].frames))
            return &plugin->signals[i];
    return NULL;
}

/* ---- frames ---- */

/* The channel behind `last` (NULL: the first) that can come over this line.  Of a stream that is fed
 * it is its kinds that tell: servers of one dialect send the same frames about different markets. */
const struct cmb_channel *cmb_channel_next_spoken(const struct cmb_stream *stream,
                                                  const struct cmb_line *line,
                                                  const struct cmb_channel *last)
{
    const struct cmb_exchange *exchange = stream->desk->exchange;
    const struct cmb_plugin *plugin = exchange->plugin;
    if (line)
        return last ? last->next : line->dialect->channels;
    const struct cmb_channel *at = last ? last + 1 : plugin->channels;
    const struct cmb_channel *end = plugin->channels + plugin->channel_count;
    while (at < end && at->row->kinds && !(at->row->kinds & exchange->kind))
        at++;
    return at < end ? at : NULL;
}

/* A frame that carries the number of a subscription is read by its channel and by no other; numbers
 * that nobody was given are those of the account. */
static bool is_meant(const struct cmb_stream *stream, const struct cmb_channel *channel)
{
    if (!stream->has_handle)
        return true;
    const struct cmb_subscription *numbered = cmb_subscription_numbered(stream);
    return numbered ? numbered->channel == channel : !channel->has_market;
}

/* What a frame that cannot be read would have said is missing: a book that it may have been about is
 * wrong, and whoever listens to the channel has to know. */
static void tell_unreadable(struct cmb_stream *stream, const struct cmb_channel *channel)
{
    struct cmb_subscription *subscription, *next;
    struct cambist_error error = stream->error;
    error.outcome = CAMBIST_OUTCOME_NONE;
    for (subscription = TAILQ_FIRST(&stream->subscriptions); subscription; subscription = next) {
        next = TAILQ_NEXT(subscription, link);
        if (subscription->channel != channel ||
            (stream->book_owner && subscription != stream->book_owner))
            continue;
        if (subscription->feed)
            cmb_book_break(subscription->feed->book, CMB_BOOK_UNREADABLE);
        cmb_deliver_state(subscription, subscription->feed ? CAMBIST_WATCH_RESYNCING
                                                           : subscription->state, &error);
        if (subscription->feed)
            cmb_book_heal(subscription);
    }
}

/* Every channel whose terms hold reads the frame: one event may be an order and a trade. */
static int decode_all(struct cmb_stream *stream, const struct cmb_line *line, uint32_t *ret_met)
{
    const struct cmb_plugin *plugin = stream->desk->exchange->plugin;
    const struct cmb_channel *channel = NULL;
    int status = CAMBIST_OK;
    while (status == CAMBIST_OK && (channel = cmb_channel_next_spoken(stream, line, channel))) {
        if (!is_meant(stream, channel) ||
            !cmb_message_meets(plugin, &stream->frame, &channel->frames))
            continue;
        ++*ret_met;
        stream->book_owner = NULL;
        status = cmb_decode(stream, channel);
        if (status != CAMBIST_OK)
            tell_unreadable(stream, channel);
    }
    return status;
}

int cmb_message_unpack(struct cmb_line *line, struct cmb_text *text)
{
    struct cmb_stream *stream = line->stream;
    struct cambist_json json = { 0 };
    cmb_line_start_call(line);
    int status = line->dialect->row->unpack(&stream->call->slot, text->at, text->length, &json);
    *text = (struct cmb_text){ json.at, json.length };
    stream->counts.unreadable += status != CAMBIST_OK;
    return status;
}

/* Reads the frame by the tables, and learns how the next one may be read by a stencil. */
static int take_anew(struct cmb_stream *stream, struct cmb_line *line, struct cmb_text text,
                     bool *ret_is_data)
{
    uint32_t channels_met = 0;
    count_frame(stream, line);
    stream->has_handle = line && cmb_message_find_number(&stream->frame, line->dialect->row->handle,
                                                         &stream->handle);
    int status = decode_all(stream, line, &channels_met);
    *ret_is_data = channels_met > 0;
    if (stream->lesson && status == CAMBIST_OK && channels_met == 1)
        cmb_frame_stencils_learn(stream, line, text);
    stream->lesson = NULL;
    return status;
}

/* A frame that is no data. */
static int take_other(struct cmb_stream *stream, struct cmb_line *line)
{
    const struct cmb_signal *signal = find_signal(stream->desk->exchange->plugin, &stream->frame);
    if (!signal && stream->has_handle) {
        stream->counts.notices++; /* of a subscription that was left */
        return CAMBIST_AGAIN;
    }
    if (!signal) {
        stream->counts.unknown++;
        return cmb_fail_plain(&stream->error, CAMBIST_NOT_SUPPORTED,
                              CMB_TEXT("no row of the tables knows this frame"));
    }
    stream->counts.notices += signal->row->means == CAMBIST_NOTICE;
    take_signal(stream, line, signal);
    return CAMBIST_AGAIN;
}

int cmb_message_take(struct cmb_stream *stream, struct cmb_line *line, struct cmb_text text,
                   int64_t received_ns)
{
    int status = CAMBIST_OK;
    bool is_data = true;
    stream->counts.frames++;
    stream->counts.bytes += text.length;
    stream->frame_line = line;
    cmb_message_start(&stream->frame, text, received_ns);
    cmb_fail_reset(&stream->error);
    cmb_frame_begin_lap(stream);
    if (!cmb_frame_stencils_take(stream, line, text)) {
        cmb_message_start(&stream->frame, content_of(stream->desk->exchange->plugin, line, text),
                          received_ns);
        status = take_anew(stream, line, text, &is_data);
    }
    cmb_frame_end_lap(stream, is_data);
    if (!is_data)
        return take_other(stream, line);
    stream->counts.unreadable += status != CAMBIST_OK;
    return status;
}
