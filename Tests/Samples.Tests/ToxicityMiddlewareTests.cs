using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Steering.Sandbox.Bundle;

namespace Steering.Tests.Samples;

/// <summary>Runs the sample as it is, on the sandbox, and talks to it over HTTP.</summary>
[TestClass]
[DoNotParallelize]
[TestCategory("Slow")]
public sealed class ToxicityMiddlewareTests
{
    [TestMethod]
    public async Task Chat_IsFiltered_AndAnyOtherModelIsGuarded()
    {
        var before = Environment.GetEnvironmentVariable(SandboxBundle.CacheVariable);
        Environment.SetEnvironmentVariable(SandboxBundle.CacheVariable, Path.GetDirectoryName(SandboxModel.Bundle.Folder));
        try
        {
            var port = FreePort();
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
            var main = Assembly.Load("ToxicityMiddleware").EntryPoint!;
            var running = Task.Run(() => (int)main.Invoke(null, [new[] { "--Urls", $"http://127.0.0.1:{port}", "--Logging:LogLevel:Default", "Warning", "--Filter:Action", "Stop" }])!);
            await Ready(client, running);

            // Somebody rude, many seeds: the model's rude replies are stopped, and say so.
            var stopped = 0;
            for (var seed = 0; seed < 12; seed++)
            {
                var (text, last) = await Post(client, "/chat", "Listen up, you dolt. What do you know about cats?", seed);
                var report = last.GetProperty("filter");
                var ended = report.GetProperty("stopped").GetBoolean();
                Assert.AreEqual(ended ? "content_filter" : last.GetProperty("finishReason").GetString(), last.GetProperty("finishReason").GetString());
                Assert.AreEqual(ended, text.EndsWith("Let us talk about something else.", StringComparison.Ordinal), text);
                stopped += ended ? 1 : 0;
            }

            Assert.IsGreaterThan(0, stopped);

            // The other model echoes: a friendly turn comes back, a rude one is not even sent.
            var (friendly, ok) = await Post(client, "/guarded", "Good morning, my dear friend.", 0);
            Assert.AreEqual("Good morning, my dear friend. ", friendly);
            Assert.IsFalse(ok.GetProperty("filter").GetProperty("stopped").GetBoolean());
        }
        finally
        {
            Environment.SetEnvironmentVariable(SandboxBundle.CacheVariable, before);
        }
    }

    private static async Task<(string Text, JsonElement Last)> Post(HttpClient client, string path, string content, int seed)
    {
        using var response = await client.PostAsJsonAsync(path, new { messages = new[] { new { role = "user", content } }, seed });
        var body = await response.Content.ReadAsStringAsync();
        Assert.IsTrue(response.IsSuccessStatusCode, body);
        var parts = JsonDocument.Parse(body).RootElement.EnumerateArray().ToArray();
        return (string.Concat(parts.Select(part => part.GetProperty("text").GetString())), parts[^1]);
    }

    private static async Task Ready(HttpClient client, Task<int> running)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            Assert.IsFalse(running.IsCompleted, "the sample ended");
            try
            {
                using var response = await client.GetAsync("/");
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100);
            }
        }

        Assert.Fail("the sample does not listen");
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
