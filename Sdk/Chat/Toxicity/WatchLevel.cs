namespace Steering.Chat.Toxicity;

/// <summary>One feature or direction that a filter reads.</summary>
/// <param name="Watch">Index of the watch that it belongs to.</param>
/// <param name="Name">Name for people.</param>
/// <param name="On">The alarm goes on above it.</param>
/// <param name="Off">The alarm may go off at or below it.</param>
/// <param name="Bias">Added to what the row reads.</param>
/// <param name="Unit">What the sum is divided by before it is compared.</param>
internal sealed record WatchLevel(int Watch, string Name, float On, float Off, float Bias, float Unit)
{
    public float ValueOf(float activation) => (activation + Bias) / Unit;
}
