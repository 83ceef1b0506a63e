/* How long did a frame take, from its socket to those who are told? */
#include "stream/way.h"

static const struct cmb_stage_row rows[CMB_STREAM_STAGE_COUNT] = {
#define X(NAME, name, help) [CMB_STREAM_##NAME] = { #name, help },
    CMB_STREAM_STAGE_LIST(X)
#undef X
};
const struct cmb_way cmb_stream_way = { "stream", rows, CMB_STREAM_STAGE_COUNT };

const struct cmb_way_times *cmb_stream_times(const struct cmb_stream *stream)
{
    return &stream->times;
}

void cmb_stream_follow_laps(struct cmb_stream *stream, cmb_frame_lap_fn *on_lap, void *user)
{
    stream->on_lap = on_lap;
    stream->lap_user = user;
}

/* A frame that is fed was received by somebody else's clock. */
static bool is_measured(const struct cmb_stream *stream)
{
    return stream->frame_line && (stream->times.is_on || stream->on_lap);
}

/* To read the clock takes a tenth of a small frame's time.  Of frames that came together in one read
 * the first and each so many are timed: the others waited for those before them. */
void cmb_frame_begin_lap(struct cmb_stream *stream)
{
    bool is_chosen = stream->counts.frames % CMB_STREAM_TIMED_EACH == 0;
    bool is_first = stream->frame.received_ns != stream->timed_ns;
    stream->asked_before = cmb_memory.asked;
    stream->is_lap_timed = is_measured(stream) && (stream->on_lap || is_chosen);
    stream->is_whole_timed = stream->is_lap_timed || is_first;
    if (!stream->is_lap_timed)
        return;
    stream->lap = (struct cmb_lap){ 0 };
    cmb_lap_begin(&stream->lap, stream->frame.received_ns);
    cmb_frame_leave_stage(stream, CMB_STREAM_RECEIVE);
}

void cmb_frame_end_lap(struct cmb_stream *stream, bool is_data)
{
    bool is_timed = stream->is_lap_timed;
    uint64_t asked = cmb_memory.asked - stream->asked_before;
    cmb_frame_leave_stage(stream, CMB_STREAM_DECODE);
    stream->is_lap_timed = false;
    if (!is_data || !is_measured(stream))
        return;
    stream->timed_ns = stream->frame.received_ns;
    if (is_timed) {
        cmb_way_times_record(&stream->times, &stream->lap);
    } else {
        if (stream->is_whole_timed)
            cmb_way_times_record_whole(&stream->times,
                                       cmb_stream_clock_ns(stream) - stream->frame.received_ns);
        cmb_way_times_add_asked(&stream->times, asked);
    }
    if (stream->on_lap)
        stream->on_lap(&stream->lap, stream->lap_user);
}
