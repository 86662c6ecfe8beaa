using Steering.Export.Hub;
using Steering.Tests.Export.Hub.Support;

namespace Steering.Tests.Export.Hub;

/// <summary>Redirects, refusals and busy hosts.</summary>
[TestClass]
public sealed class HostAnswerTests
{
    private const string Token = "hf_0123456789secret";
    private const string Name = "model.safetensors";

    private static readonly byte[] Weights = FakeHub.Bytes(50_000);

    [TestMethod]
    public async Task Token_GoesToTheHost_AndNotToAnotherOneItRedirectsTo()
    {
        using var storage = new LocalServer(call => call.AnswerAsync(200, Weights, "ETag: \"other\""));
        using var test = With(Token);
        test.Hub.Next(Name, call => call.AnswerAsync(302, string.Empty, $"Location: {storage.Address}blob?sig=1", $"X-Linked-Etag: \"{FakeHub.Sha256(Weights)}\"", $"X-Linked-Size: {Weights.Length}"));
        await test.PullAsync();
        Assert.IsTrue(test.Hub.Server.Calls.All(call => call.Header("Authorization") == $"Bearer {Token}"));
        Assert.IsNull(storage.Calls.Single().Header("Authorization"));
    }

    [TestMethod]
    public async Task Token_DoesNotComeBack_WhereAnotherHostLeadsBack()
    {
        using var test = With(Token);
        using var storage = new LocalServer(call => call.AnswerAsync(302, string.Empty, $"Location: {test.Hub.Server.Address}back"));
        test.Hub.Next(Name, call => call.AnswerAsync(302, string.Empty, $"Location: {storage.Address}"));
        test.Hub.Next("/back", call => call.AnswerAsync(200, Weights));
        await test.PullAsync();
        Assert.IsNull(test.Hub.Server.Calls.Last(call => call.Target == "/back").Header("Authorization"));
    }

    [TestMethod]
    public async Task RedirectOnTheSameHost_IsFollowedWithTheToken()
    {
        using var test = With(Token);
        test.Hub.Next(Name, call => call.AnswerAsync(307, string.Empty, "Location: /cache/x"));
        test.Hub.Next("/cache/x", call => call.AnswerAsync(200, Weights));
        await test.PullAsync();
        Assert.AreEqual($"Bearer {Token}", test.Hub.Server.Calls.Last().Header("Authorization"));
        Assert.AreSequenceEqual([Name], test.Names);
    }

    [TestMethod]
    public async Task RedirectsInACircle_End()
    {
        using var test = With();
        test.Hub.Next("/revision/", [.. Enumerable.Repeat((HubCall call) => call.AnswerAsync(302, string.Empty, $"Location: {call.Target}"), 100)]);
        await test.RefusesAsync("redirects more than 10 times");
        Assert.HasCount(11, test.Hub.Server.Calls);
    }

    [TestMethod]
    [DataRow("Location: ftp://elsewhere/x")]
    [DataRow("Location: file:///etc/passwd")]
    public async Task RedirectOutOfHttp_IsNotFollowed(string header)
    {
        using var test = With();
        test.Hub.Next("/revision/", call => call.AnswerAsync(302, string.Empty, header));
        await test.RefusesAsync("not followed");
    }

    [TestMethod]
    public async Task RedirectToNowhere_IsRefused()
    {
        using var test = With();
        test.Hub.Next("/revision/", call => call.AnswerAsync(302, string.Empty));
        await test.RefusesAsync("without saying where");
    }

    [TestMethod]
    public async Task Unauthorized_NamesTheVariable_AndSimilarRepositories()
    {
        using var test = With();
        test.Hub.Next("/revision/", call => call.AnswerAsync(401, string.Empty));
        test.Hub.Next("search=name", call => call.AnswerAsync(200, """[{"id": "org/names"}, {"id": "far/away"}]"""));
        await test.RefusesAsync("org/name", "(401)", "HF_TOKEN", "'org/names'");
    }

    [TestMethod]
    public async Task Unauthorized_WithAToken_SaysThatItIsNotAccepted()
    {
        using var test = With(Token);
        test.Hub.Next("/revision/", call => call.AnswerAsync(401, string.Empty));
        await test.RefusesAsync("does not accept HF_TOKEN", "(401)");
    }

    [TestMethod]
    public async Task Gated_SaysWhereTheTermsAre()
    {
        using var test = With();
        test.Hub.Next(Name, call => call.AnswerAsync(401, string.Empty, "X-Error-Code: GatedRepo"));
        await test.RefusesAsync("gated", $"{test.Hub.Server.Address}org/name", "HF_TOKEN");
    }

    [TestMethod]
    public async Task Forbidden_NamesTheVariable()
    {
        using var test = With(Token);
        test.Hub.Next("/revision/", call => call.AnswerAsync(403, string.Empty, "X-Error-Code: GatedRepo"));
        await test.RefusesAsync("HF_TOKEN", "(403)", "accept its terms");
    }

    [TestMethod]
    public async Task MissingRepository_IsNamed_WithTheNearest()
    {
        using var test = With();
        test.Hub.Next("/revision/", call => call.AnswerAsync(404, string.Empty, "X-Error-Code: RepoNotFound"));
        test.Hub.Next("search=name", call => call.AnswerAsync(200, """[{"id": "org/nane"}]"""));
        await test.RefusesAsync("There is no repository org/name", "'org/nane'");
    }

    [TestMethod]
    [DataRow("X-Error-Code: RevisionNotFound")]
    [DataRow("X-Other: 1")]
    public async Task MissingRevision_IsNamed_WithTheNearest(string header)
    {
        using var test = With();
        test.Hub.Next("/revision/", call => call.AnswerAsync(404, string.Empty, header));
        test.Hub.Next("/refs", call => call.AnswerAsync(200, """{"branches": [{"name": "master"}], "tags": [{"name": "v1"}]}"""));
        await test.RefusesAsync("no revision 'main'", "'master'");
    }

    [TestMethod]
    public async Task MissingRepository_WhereTheHostSuggestsNothing_IsStillNamed()
    {
        using var test = With();
        test.Hub.Next("/revision/", call => call.AnswerAsync(404, string.Empty));
        test.Hub.Next("search=", call => call.AnswerAsync(200, "no list"));
        await test.RefusesAsync("There is no repository org/name");
    }

    [TestMethod]
    public async Task TooManyRequests_WaitsAsLongAsTheHostSays()
    {
        using var test = With();
        test.Hub.Next("/revision/", call => call.AnswerAsync(429, string.Empty, "Retry-After: 17"), call => call.AnswerAsync(429, string.Empty, "RateLimit: \"api\";r=0;t=55"));
        test.Hub.Next("/tree/", call => call.AnswerAsync(503, string.Empty, "Retry-After: Thu, 01 Jan 2026 12:01:00 GMT"));
        test.Hub.Next(Name, call => call.AnswerAsync(429, string.Empty, "Retry-After: 0"), call => call.AnswerAsync(500, string.Empty));
        await test.PullAsync();
        Assert.AreSequenceEqual([17, 55, 60, 2], test.Time.Waits.Select(wait => (int)wait.TotalSeconds));
        Assert.IsTrue(test.Reports.Exists(report => report.Stage.Contains("too many requests (429)", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task TooLongAWait_IsLeftToTheUser()
    {
        using var test = With();
        test.Hub.Next("/revision/", call => call.AnswerAsync(429, string.Empty, "Retry-After: 7200"));
        await test.RefusesAsync("120 minutes");
        Assert.IsEmpty(test.Time.Waits);
    }

    [TestMethod]
    public async Task BusyHost_IsAskedSixTimes()
    {
        using var test = With();
        test.Hub.Next("/revision/", [.. Enumerable.Repeat((HubCall call) => call.AnswerAsync(503, string.Empty), 50)]);
        await test.RefusesAsync("answers 503", "6 times");
        Assert.HasCount(6, test.Hub.Server.Calls);
    }

    [TestMethod]
    public async Task AnswerThatIsNoHubs_IsRefused()
    {
        using var test = With();
        test.Hub.Next("/revision/", call => call.AnswerAsync(200, "<html>"), call => call.AnswerAsync(200, """{"sha": "main"}"""), call => call.AnswerAsync(418, string.Empty));
        await test.RefusesAsync("not valid JSON");
        await test.RefusesAsync("which commit");
        await test.RefusesAsync("418");
    }

    [TestMethod]
    public async Task HostThatIsNotThere_IsNamedAtOnce()
    {
        using var test = With();
        var address = test.Hub.Server.Address;
        test.Hub.Dispose();
        await test.RefusesAsync(address.Authority, "cannot be reached", "--endpoint");
        Assert.IsEmpty(test.Time.Waits);
    }

    [TestMethod]
    public async Task Token_IsNotSentUnencrypted_NorWithBlanks()
    {
        var options = new HubPullOptions { Repository = HubRepository.Parse("org/name"), Folder = "nowhere" };
        var open = await Assert.ThrowsExactlyAsync<SteeringException>(() => HubPuller.PullAsync(options, new HubConnection { Endpoint = new Uri("http://example.invalid"), Token = Token }));
        Assert.Contains("unencrypted", open.Message);
        var blank = await Assert.ThrowsExactlyAsync<SteeringException>(() => HubPuller.PullAsync(options, new HubConnection { Token = "hf_a\r\nX: y" }));
        Assert.Contains("HF_TOKEN", blank.Message);
        Assert.DoesNotContain("hf_a", blank.Message);
    }

    private static HubTest With(string? token = null)
    {
        var test = new HubTest { Token = token };
        test.Hub.Add(Name, Weights, large: true);
        return test;
    }
}
