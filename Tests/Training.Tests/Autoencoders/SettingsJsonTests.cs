using System.Text.Json;
using System.Text.Json.Serialization;
using Steering.Training.Autoencoders;

namespace Steering.Tests.Training.Autoencoders;

[TestClass]
public sealed class SettingsJsonTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    [TestMethod]
    public void Settings_OfEveryKind_SurviveJson()
    {
        foreach (var settings in KindCases.All)
        {
            var text = JsonSerializer.Serialize(settings, Json);
            var read = JsonSerializer.Deserialize<SaeKindSettings>(text, Json)!;

            Assert.AreEqual(settings.GetType(), read.GetType());
            Assert.AreEqual(text, JsonSerializer.Serialize(read, Json));
        }
    }

    [TestMethod]
    public void Settings_GivenInJson_AreHonoured()
    {
        var read = (JumpReluSettings)JsonSerializer.Deserialize<SaeKindSettings>("""{"kind":"jumprelu","penalty":"Tanh","bandwidth":2,"subtractDecoderBias":false}""", Json)!;

        Assert.AreEqual(new JumpReluSettings { Penalty = JumpReluPenalty.Tanh, Bandwidth = 2, SubtractDecoderBias = false }, read);
    }
}
