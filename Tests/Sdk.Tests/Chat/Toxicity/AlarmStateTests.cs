using Steering.Chat.Toxicity;

namespace Steering.Tests.Sdk.Chat.Toxicity;

[TestClass]
public sealed class AlarmStateTests
{
    /// <summary>On level 2, off level 1, three quiet tokens: the states written out by hand.</summary>
    [TestMethod]
    [DataRow("0 2 2", "...", DisplayName = "the on level itself is not above it")]
    [DataRow("0 2.01 0 0 0 0", ".!!!..", DisplayName = "off with the third quiet token")]
    [DataRow("3 1 1 1", "!!!.", DisplayName = "the off level itself is quiet")]
    [DataRow("3 1 1 1.5 1 1 1", "!!!!!!.", DisplayName = "between the levels the count starts over")]
    [DataRow("3 0 0 3 0 0 0", "!!!!!!.", DisplayName = "another alarm starts the count over")]
    [DataRow("1.5 1.5", "..", DisplayName = "between the levels nothing goes on")]
    [DataRow("NaN 0 0 0", "!!!.", DisplayName = "what is no number raises the alarm")]
    public void Alarm_FollowsItsLevels(string values, string expected)
    {
        var level = new WatchLevel(0, "w", On: 2, Off: 1, Bias: 0, Unit: 1);
        var alarm = new AlarmState(quietTokens: 3);
        var states = string.Concat(values.Split(' ').Select(text =>
        {
            var reader = new WatchReader();
            reader.Add(0, level, float.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
            alarm.Update(reader.Reading);
            return alarm.On ? '!' : '.';
        }));
        Assert.AreEqual(expected, states);
    }

    [TestMethod]
    public void SeveralWatches_AnyRaisesIt_AllMustBeQuiet_AndTheWorstIsNamed()
    {
        WatchLevel[] levels = [new(0, "a", 10, 5, 0, 1), new(1, "b", 1, 0.5f, Bias: 1, Unit: 2)];
        Assert.AreEqual(new WatchReading(Exceeds: true, Low: false, Watch: 1, Value: 2), Read(0, 3));
        Assert.AreEqual(new WatchReading(Exceeds: false, Low: false, Watch: 1, Value: 0.75f), Read(0, 0.5f));
        Assert.AreEqual(new WatchReading(Exceeds: false, Low: true, Watch: 1, Value: 0.5f), Read(5, 0));
        Assert.AreEqual(0, Read(12, 3.5f).Watch);

        WatchReading Read(float first, float second)
        {
            var reader = new WatchReader();
            reader.Add(0, levels[0], first);
            reader.Add(1, levels[1], second);
            return reader.Reading;
        }
    }
}
