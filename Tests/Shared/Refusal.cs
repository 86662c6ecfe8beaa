namespace Steering.Tests;

/// <summary>Asserts a refusal and its message.</summary>
internal static class Refusal
{
    /// <summary>Runs an action that must throw a <see cref="SteeringException"/>, with every part in its message.</summary>
    public static SteeringException Of(Action action, params string[] parts)
    {
        var failure = Assert.Throws<SteeringException>(action, string.Join(" … ", parts));
        foreach (var part in parts)
        {
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        }

        return failure;
    }
}
