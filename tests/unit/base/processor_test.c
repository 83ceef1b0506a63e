/* Is the widest way taken that the processor has, unless another one is asked for? */
#include "base/processor.h"

#include "support/test.h"

static void takes_the_widest(void)
{
    enum cmb_width width = cmb_width();
    CU_ASSERT(width >= CMB_WIDTH_PLAIN && width < CMB_WIDTH_END);
    CU_ASSERT(cmb_width_is_there(width));
    for (enum cmb_width wider = width + 1; wider < CMB_WIDTH_END; wider++)
        CU_ASSERT(!cmb_width_is_there(wider));
    CU_ASSERT(cmb_width() == width);
}

static void takes_what_it_is_told(void)
{
    enum cmb_width widest = cmb_width();
    cmb_width_force(CMB_WIDTH_PLAIN);
    CU_ASSERT(cmb_width() == CMB_WIDTH_PLAIN);
    cmb_width_force(0);
    CU_ASSERT(cmb_width() == widest);
}

static void names_each(void)
{
    CU_ASSERT(cmb_width_is_there(CMB_WIDTH_PLAIN));
    CU_ASSERT(!cmb_width_is_there(0) && !cmb_width_is_there(CMB_WIDTH_END));
    ASSERT_TEXT(cmb_width_name(CMB_WIDTH_PLAIN), "plain");
    ASSERT_TEXT(cmb_width_name(CMB_WIDTH_SSE2), "sse2");
    ASSERT_TEXT(cmb_width_name(CMB_WIDTH_AVX512), "avx512");
    ASSERT_TEXT(cmb_width_name(CMB_WIDTH_END), "none");
}

TEST_SUITE("base/processor", { "takes the widest way that is there", takes_the_widest },
           { "takes the way that it is told to", takes_what_it_is_told },
           { "has a name for each way", names_each })
