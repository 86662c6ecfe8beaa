using Steering.Decoding;

namespace Steering.Tests.Sdk.Decoding;

[TestClass]
public sealed class SamplingOptionsTests
{
    public static IEnumerable<object[]> Wrong() =>
    [
        [new SamplingOptions { Temperature = -1 }, "Temperature"],
        [new SamplingOptions { Temperature = float.NaN }, "Temperature"],
        [new SamplingOptions { TopK = 0 }, "TopK"],
        [new SamplingOptions { TopP = 0 }, "TopP"],
        [new SamplingOptions { TopP = 1.5f }, "TopP"],
        [new SamplingOptions { TopK = 40 }, "TopK"],
        [new SamplingOptions { TopP = 0.9f }, "TopP"],
        [new SamplingOptions { RepetitionPenalty = 0 }, "RepetitionPenalty"],
        [new SamplingOptions { RepetitionPenalty = float.PositiveInfinity }, "RepetitionPenalty"],
        [new SamplingOptions { Seed = -2 }, "Seed"],
    ];

    [TestMethod]
    [DynamicData(nameof(Wrong))]
    public void Validate_OutsideTheRange_NamesTheOption(SamplingOptions options, string name) =>
        StringAssert.StartsWith(Assert.ThrowsExactly<SteeringException>(options.Validate).Message, name, StringComparison.Ordinal);

    [TestMethod]
    public void Validate_WithinTheRange_Passes() =>
        Array.ForEach([new SamplingOptions { TopK = 1, TopP = 1 }, new SamplingOptions { Temperature = 0.7f, TopK = 40, TopP = 0.9f, RepetitionPenalty = 1.1f, Seed = 0 }], options => options.Validate());
}
