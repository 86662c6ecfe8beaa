namespace Steering.Policies;

/// <summary>Puts the place in a policy before refusals that come from elsewhere (an SAE, a file).</summary>
internal static class Located
{
    public static void At(string where, Action action) => At(where, () =>
    {
        action();
        return true;
    });

    public static T At<T>(string where, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SteeringException error)
        {
            throw new SteeringException($"{where}: {error.Message}", error);
        }
    }
}
